package kvasir.lab.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A test that measures the prefill of a prompt or the generation of tokens, named as in
 * llama-bench.
 *
 * @param tokens number of tokens of the prompt, or to generate
 * @param depth number of tokens of each sequence in the cache before the test
 * @param sequences number of sequences that are computed together, each with that many tokens
 * @param shared whether the sequences have the whole blocks of the depth in common, like a prompt
 */
public record BenchTest(Phase phase, int tokens, int depth, int sequences, boolean shared) {
  /**
   * The phase that a test measures: prompt processing (PP) or text generation, token by token (TG).
   */
  public enum Phase {
    PP,
    TG
  }

  private static final Pattern NAME =
      Pattern.compile("(pp|tg)(\\d{1,9})(?: @ d(\\d{1,9}))?(?: x (\\d{1,9})( shared)?)?");

  /**
   * Returns the tests of all combinations, by depth, at each depth by the number of sequences, and
   * for each number first the prompts and then the generations. Numbers of 0 tokens are left out.
   *
   * @param shared whether several sequences share the blocks of the depth
   */
  public static List<BenchTest> all(
      List<Integer> prompts,
      List<Integer> generations,
      List<Integer> depths,
      List<Integer> sequences,
      boolean shared) {
    List<BenchTest> tests = new ArrayList<>();
    for (int depth : depths) {
      for (int count : sequences) {
        boolean common = shared && count > 1;
        prompts.stream()
            .filter(n -> n > 0)
            .forEach(n -> tests.add(new BenchTest(Phase.PP, n, depth, count, common)));
        generations.stream()
            .filter(n -> n > 0)
            .forEach(n -> tests.add(new BenchTest(Phase.TG, n, depth, count, common)));
      }
    }
    return tests;
  }

  /** Returns the number of tokens of all sequences together. */
  public int allTokens() {
    return Math.multiplyExact(tokens, sequences);
  }

  /** Returns the test with a name; empty if it is not a test's name. */
  public static Optional<BenchTest> of(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int depth = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
    int sequences = matcher.group(4) == null ? 1 : Integer.parseInt(matcher.group(4));
    Phase phase = matcher.group(1).equals("pp") ? Phase.PP : Phase.TG;
    boolean shared = matcher.group(5) != null;
    int tokens = Integer.parseInt(matcher.group(2));
    return Optional.of(new BenchTest(phase, tokens, depth, sequences, shared));
  }

  /**
   * Returns the name of this test, such as {@code pp512}, {@code tg32 @ d4096} or, for several
   * sequences, {@code tg32 @ d256 x 16}, with {@code shared} behind it if they share the depth.
   */
  public String name() {
    String base = (phase == Phase.PP ? "pp" : "tg") + tokens;
    String deep = depth == 0 ? base : base + " @ d" + depth;
    return sequences == 1 ? deep : deep + " x " + sequences + (shared ? " shared" : "");
  }
}
