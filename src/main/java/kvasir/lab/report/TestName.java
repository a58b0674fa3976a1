package kvasir.lab.report;

import kvasir.lab.bench.BenchTest;
import kvasir.lab.bench.BenchTest.Phase;

/**
 * What a test's name says; see {@link BenchTest#name}.
 *
 * @param prompt whether it measures a prompt; otherwise tokens generated one by one
 * @param tokens of the prompt, or to generate
 * @param depth tokens in the cache before
 */
record TestName(boolean prompt, int tokens, int depth) {
  /** Zeros where the name has another form. */
  static TestName parse(String name) {
    return BenchTest.of(name)
        .map(test -> new TestName(test.phase() == Phase.PP, test.tokens(), test.depth()))
        .orElse(new TestName(false, 0, 0));
  }

  /** Tokens that attention reads at the end of a prompt, or before the first generated token. */
  int length() {
    return prompt ? tokens + depth : depth;
  }

  /** Without the depth. */
  String base() {
    return new BenchTest(prompt ? Phase.PP : Phase.TG, tokens, 0).name();
  }
}
