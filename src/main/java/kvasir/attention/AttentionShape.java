package kvasir.attention;

/**
 * Heads of an attention layer. Query head h reads key-value head {@code h / group()} (grouped-query
 * attention, Ainslie et al. 2023; one group is multi-head, one KV head multi-query).
 */
public record AttentionShape(int heads, int kvHeads, int headDim, float scale) {
  public AttentionShape {
    if (heads < 1 || kvHeads < 1 || headDim < 1 || heads % kvHeads != 0) {
      throw new IllegalArgumentException(heads + " heads over " + kvHeads + " KV heads");
    }
  }

  /** With the usual scale, {@code 1 / sqrt(head_dim)}. */
  public static AttentionShape of(int heads, int kvHeads, int headDim) {
    return new AttentionShape(heads, kvHeads, headDim, (float) (1.0 / Math.sqrt(headDim)));
  }

  /** Query heads that share one KV head. */
  public int group() {
    return heads / kvHeads;
  }

  /** Floats of one partial state: {@code [max, sum, output...]}. */
  public int stateSize() {
    return headDim + 2;
  }
}
