package kvasir.bench;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One thing to measure, named as llama-bench names it.
 *
 * @param tokens of the prompt, or to generate
 * @param depth tokens in the cache before
 */
public record BenchTest(Kind kind, int tokens, int depth) {
  /** Prompt processing, or text generation token by token. */
  public enum Kind {
    PP,
    TG
  }

  private static final Pattern NAME = Pattern.compile("(pp|tg)(\\d{1,9})(?: @ d(\\d{1,9}))?");

  /** By its name; empty for what is none. */
  public static Optional<BenchTest> of(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int depth = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
    Kind kind = matcher.group(1).equals("pp") ? Kind.PP : Kind.TG;
    return Optional.of(new BenchTest(kind, Integer.parseInt(matcher.group(2)), depth));
  }

  /** {@code pp512}, or {@code tg32 @ d4096}. */
  public String name() {
    String base = (kind == Kind.PP ? "pp" : "tg") + tokens;
    return depth == 0 ? base : base + " @ d" + depth;
  }
}
