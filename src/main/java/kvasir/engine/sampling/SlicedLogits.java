package kvasir.engine.sampling;

/**
 * Logits of the rows of a step that need them, of which each rank computes the slice of some tokens
 * of the vocabulary. Rows are counted from 0. All ranks call the methods that compute or gather in
 * the same order.
 */
public interface SlicedLogits {
  /** Returns the number of tokens of the vocabulary. */
  int vocabulary();

  /** Returns the first token of this rank's slice, a multiple of 32. */
  int firstToken();

  /** Returns the number of tokens of this rank's slice; it may be 0. */
  int sliceTokens();

  /**
   * Computes this rank's slice of consecutive rows. No message is sent.
   *
   * @param out receives the slice's columns of {@code [count, vocabulary]}
   */
  void compute(int firstRow, int count, float[] out);

  /**
   * Keeps some of the rows, which are counted from 0 from now on, and drops the others.
   *
   * @param rows rows, ascending
   */
  void keep(int[] rows);

  /**
   * Completes logits on rank 0 by the slices of all ranks.
   *
   * @param logits {@code [count, vocabulary]}: this rank's slice is read, the others are
   *     overwritten on rank 0
   */
  void gather(int count, float[] logits);
}
