package kvasir.attention;

/**
 * Heads of an attention layer. Query head h reads key-value head {@code h / group()} (grouped-query
 * attention, Ainslie et al. 2023; a group of one is multi-head attention, one KV head is
 * multi-query attention).
 *
 * @param heads number of query heads, a multiple of {@code kvHeads}
 * @param kvHeads number of key-value heads
 * @param headDim elements of one head
 * @param scale factor of the products of queries and keys
 */
public record AttentionShape(int heads, int kvHeads, int headDim, float scale) {
  public AttentionShape {
    if (heads < 1 || kvHeads < 1 || headDim < 1 || heads % kvHeads != 0) {
      throw new IllegalArgumentException(heads + " heads over " + kvHeads + " KV heads");
    }
  }

  /** Returns a shape with the usual scale, {@code 1 / sqrt(head_dim)}. */
  public static AttentionShape of(int heads, int kvHeads, int headDim) {
    return new AttentionShape(heads, kvHeads, headDim, (float) (1.0 / Math.sqrt(headDim)));
  }

  /** Returns the number of query heads that share one KV head. */
  public int group() {
    return heads / kvHeads;
  }

  /** Returns the number of floats of one partial state, {@code [max, sum, output...]}. */
  public int stateSize() {
    return headDim + 2;
  }
}
