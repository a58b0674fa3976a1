package kvasir.lab.bench;

import java.util.ArrayList;
import java.util.List;
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

  /** At each depth all prompts and then all generations; of 0 tokens there is no test. */
  public static List<BenchTest> all(
      List<Integer> prompts, List<Integer> generations, List<Integer> depths) {
    List<BenchTest> tests = new ArrayList<>();
    for (int depth : depths) {
      prompts.stream().filter(n -> n > 0).forEach(n -> tests.add(new BenchTest(Kind.PP, n, depth)));
      generations.stream()
          .filter(n -> n > 0)
          .forEach(n -> tests.add(new BenchTest(Kind.TG, n, depth)));
    }
    return tests;
  }

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
