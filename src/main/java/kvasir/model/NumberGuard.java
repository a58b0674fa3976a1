package kvasir.model;

import java.util.Arrays;
import java.util.Locale;
import kvasir.cache.KvTypes;
import kvasir.error.UserError;
import kvasir.kernel.Kernels;
import kvasir.tensor.DType;
import kvasir.tensor.StorageFormat;

/**
 * Check for numbers that make a run's results meaningless: keys and values that the cache's element
 * type cannot hold, and logits that are not finite. A NaN among keys or values is found in the
 * logits, which it always reaches unless the cache holds bytes with scales; an infinite key may not
 * reach them, since it can look like a key of no weight.
 *
 * <p>Every rank has all keys and values of a batch, so all ranks report the same error. Members of
 * a team may call {@link #note} at the same time for different rows.
 */
public final class NumberGuard {
  /** Treatment of numbers that make results meaningless. */
  public enum Policy {
    /** Ends the run with an error. */
    REFUSE,
    /** Marks the rows that have such keys or values; logits are the caller's to check. */
    MARK,
    /** Computes with any numbers. */
    PASS
  }

  private final Policy policy;
  private final String model;
  private final Kernels kernels;
  private final StorageFormat cacheType;
  private float[] keyPeaks = {};
  private float[] valuePeaks = {};
  private boolean[] marked = {};
  private int rows;

  /**
   * Creates a guard.
   *
   * @param model name of the model in messages
   * @param cacheType element type of keys and values in the cache
   */
  public NumberGuard(Policy policy, String model, Kernels kernels, StorageFormat cacheType) {
    this.policy = policy;
    this.model = model;
    this.kernels = kernels;
    this.cacheType = cacheType;
  }

  /** Discards the marks of an earlier batch and makes room for one of {@code count} rows. */
  void begin(int count) {
    rows = count;
    if (marked.length < count) {
      keyPeaks = new float[count];
      valuePeaks = new float[count];
      marked = new boolean[count];
    }
    Arrays.fill(marked, 0, count, false);
  }

  /** Returns whether a key or value of a row was marked since {@link #begin}. */
  boolean marked(int row) {
    return marked[row];
  }

  /**
   * Notes the largest magnitude of a row's keys and values in one layer.
   *
   * @param offset offset of the row in both arrays
   * @param n number of elements of the token in each array
   */
  void note(int row, float[] keys, float[] values, int offset, int n) {
    if (policy != Policy.PASS) {
      keyPeaks[row] = kernels.maxMagnitude(keys, offset, n);
      valuePeaks[row] = kernels.maxMagnitude(values, offset, n);
    }
  }

  /**
   * Checks that the cache can hold the keys and values of a layer, which were noted for all rows.
   *
   * @throws UserError if it cannot, and such numbers are refused
   */
  void check(int layer) {
    switch (policy) {
      case REFUSE -> {
        requireStorable("keys", keyPeaks, layer);
        requireStorable("values", valuePeaks, layer);
      }
      case MARK -> {
        for (int row = 0; row < rows; row++) {
          // A NaN is not less than anything.
          boolean fits = Math.max(keyPeaks[row], valuePeaks[row]) <= KvTypes.largest(cacheType);
          marked[row] |= !fits;
        }
      }
      case PASS -> {
        // Nothing was noted.
      }
    }
  }

  private void requireStorable(String what, float[] peaks, int layer) {
    float peak = kernels.maxMagnitude(peaks, 0, rows);
    if (Float.isNaN(peak) && !(cacheType instanceof DType)) {
      throw notFinite("");
    }
    if (peak == Float.POSITIVE_INFINITY) {
      throw notFinite(" (infinite %s in layer %d)".formatted(what, layer));
    }
    if (peak > KvTypes.largest(cacheType)) {
      String type = KvTypes.name(cacheType);
      throw new UserError(
          "--kv-type " + type,
          String.format(
              Locale.ROOT,
              "%s of layer %d are beyond the largest %s (%.5g)",
              what,
              layer,
              type,
              KvTypes.largest(cacheType)),
          "use --kv-type " + (cacheType == DType.BF16 ? "f32" : "bf16 or f32"));
    }
  }

  /**
   * Checks that the first {@code n} logits are finite.
   *
   * @throws UserError if one is NaN or infinite
   */
  void requireFinite(float[] logits, int n) {
    if (policy == Policy.REFUSE && !Float.isFinite(kernels.maxMagnitude(logits, 0, n))) {
      throw notFinite("");
    }
  }

  /**
   * Notes that a logit is not finite.
   *
   * @throws UserError if such numbers are refused
   */
  void foundNotFinite() {
    if (policy == Policy.REFUSE) {
      throw notFinite("");
    }
  }

  private UserError notFinite(String cause) {
    return new UserError(
        model,
        "the logits are not finite numbers" + cause,
        "check the weights with `inspect --check`");
  }
}
