package kvasir.model;

import kvasir.cache.Batch;
import kvasir.cache.KvCache;

/**
 * Decoder of a single sequence, whose tokens are appended in batches. All ranks call each method
 * with the same arguments. Not thread-safe.
 */
public final class SequenceDecoder {
  private final Decoder decoder;
  private final KvCache cache;
  private int batchTokens;

  /**
   * Creates the decoder of one rank; it owns none of its arguments.
   *
   * @param cache this rank's blocks of the sequence, empty or not
   */
  public SequenceDecoder(Decoder decoder, KvCache cache) {
    this.decoder = decoder;
    this.cache = cache;
  }

  /** Returns the number of tokens of the sequence so far. */
  public int length() {
    return cache.tokens();
  }

  /** Returns the number of tokens of the last batch. */
  public int batchTokens() {
    return batchTokens;
  }

  /**
   * Appends {@code ids[from .. from + count)} to the sequence and computes their hidden states.
   *
   * @throws kvasir.error.UserError on every rank, if the cache's element type cannot hold a key or
   *     value
   */
  public void forward(int[] ids, int from, int count) {
    int first = cache.tokens();
    cache.extend(first + count);
    batchTokens = count;
    decoder.forward(Batch.of(cache, first, count), ids, from);
  }

  /**
   * Notes that the caller has found a logit that is not finite.
   *
   * @throws kvasir.error.UserError if the decoder refuses such numbers
   */
  public void foundNotFinite() {
    decoder.foundNotFinite();
  }

  /** Cuts the sequence to its first {@code length} tokens. */
  public void rewind(int length) {
    cache.truncate(length);
    batchTokens = 0;
  }

  /**
   * Computes the logits of consecutive rows of the last batch.
   *
   * @param row first row, counted from the start of the batch
   * @param rows number of rows
   * @param out receives {@code [rows, vocabulary]}: all logits on rank 0, only the rank's own slice
   *     elsewhere
   * @throws kvasir.error.UserError on rank 0, if a logit is not finite
   */
  public void logits(int row, int rows, float[] out) {
    decoder.logits(row, rows, out);
  }
}
