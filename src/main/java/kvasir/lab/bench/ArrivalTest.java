package kvasir.lab.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A test in which a prompt arrives while other sequences generate: the time between their tokens
 * before and meanwhile, and the time of the prompt alone and beside them.
 *
 * @param prompt number of tokens of the prompt
 * @param streams number of sequences that generate
 * @param depth number of tokens of each of them before it generates, at least 1
 */
public record ArrivalTest(int prompt, int streams, int depth) {
  private static final Pattern NAME =
      Pattern.compile("pp(\\d{1,9}) beside (\\d{1,9}) @ d(\\d{1,9})");

  /** Returns the tests of all combinations; numbers of 0 tokens are left out. */
  public static List<ArrivalTest> all(
      List<Integer> prompts, List<Integer> streams, List<Integer> depths) {
    List<ArrivalTest> tests = new ArrayList<>();
    for (int depth : depths) {
      for (int count : streams) {
        prompts.stream()
            .filter(prompt -> prompt > 0)
            .forEach(prompt -> tests.add(new ArrivalTest(prompt, count, Math.max(1, depth))));
      }
    }
    return tests;
  }

  /** Returns the test with a name; empty if it is not the name of such a test. */
  public static Optional<ArrivalTest> of(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches()
        ? Optional.of(
            new ArrivalTest(
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                Integer.parseInt(matcher.group(3))))
        : Optional.empty();
  }

  /** Returns the name of this test, such as {@code pp4096 beside 8 @ d64}. */
  public String name() {
    return "pp%d beside %d @ d%d".formatted(prompt, streams, depth);
  }
}
