package kvasir.lab.report;

import kvasir.lab.bench.BenchTest;
import kvasir.lab.bench.BenchTest.Phase;

/**
 * The parts of a test's name; see {@link BenchTest#name}.
 *
 * @param prompt true for a test of a prompt, false for one of generated tokens
 * @param tokens number of tokens of the prompt, or to generate
 * @param depth number of tokens in the cache before the test
 */
record TestName(boolean prompt, int tokens, int depth) {
  /** Returns the parts of a name; zeros if it is not a test's name. */
  static TestName parse(String name) {
    return BenchTest.of(name)
        .map(test -> new TestName(test.phase() == Phase.PP, test.tokens(), test.depth()))
        .orElse(new TestName(false, 0, 0));
  }

  /**
   * Returns the number of tokens that attention reads at the end of a prompt, or for the first
   * generated token.
   */
  int length() {
    return prompt ? tokens + depth : depth;
  }

  /** Returns the name without the depth. */
  String base() {
    return new BenchTest(prompt ? Phase.PP : Phase.TG, tokens, 0, 1, false).name();
  }
}
