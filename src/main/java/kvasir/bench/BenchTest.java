package kvasir.bench;

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

  /** {@code pp512}, or {@code tg32 @ d4096}. */
  public String name() {
    String base = (kind == Kind.PP ? "pp" : "tg") + tokens;
    return depth == 0 ? base : base + " @ d" + depth;
  }
}
