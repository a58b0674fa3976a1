package kvasir.lab.bench;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A test that keeps a number of requests running: whenever one ends, the next one begins. Lengths
 * are drawn for each request by a generator whose seed is the request's number, so that they are
 * the same in every run and layout.
 *
 * @param concurrency number of requests that run at a time
 * @param prompts numbers of tokens of a prompt
 * @param outputs numbers of tokens that a request generates
 * @param requests number of requests that are measured in each run
 */
public record LoadTest(int concurrency, TokenRange prompts, TokenRange outputs, int requests) {
  private static final Pattern NAME =
      Pattern.compile("load(\\d{1,9}) pp([\\d-]+) tg([\\d-]+) x (\\d{1,9})");

  /** Lengths of one request in tokens. */
  record Lengths(int prompt, int output) {}

  /** Returns the test with a name; empty if it is not the name of such a test. */
  public static Optional<LoadTest> of(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Optional<TokenRange> prompts = TokenRange.of(matcher.group(2));
    Optional<TokenRange> outputs = TokenRange.of(matcher.group(3));
    return prompts.isEmpty() || outputs.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new LoadTest(
                Integer.parseInt(matcher.group(1)),
                prompts.get(),
                outputs.get(),
                Integer.parseInt(matcher.group(4))));
  }

  /** Returns the name of this test, such as {@code load8 pp32-256 tg16-64 x 32}. */
  public String name() {
    return "load%d pp%s tg%s x %d".formatted(concurrency, prompts.text(), outputs.text(), requests);
  }

  /** Returns the lengths of a request. */
  Lengths lengths(int request) {
    SplittableRandom random = new SplittableRandom(request);
    return new Lengths(prompts.draw(random), outputs.draw(random));
  }

  /** Returns the number of tokens of the longest sequence. */
  public long longest() {
    return (long) prompts.most() + outputs.most();
  }
}
