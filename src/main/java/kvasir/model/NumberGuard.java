package kvasir.model;

import java.util.Arrays;
import java.util.Locale;
import kvasir.error.UserError;
import kvasir.kernel.Kernels;
import kvasir.tensor.DType;

/**
 * Check for numbers that make a run's results meaningless: keys and values that the cache's element
 * type cannot hold, and logits that are not finite. A NaN among keys or values is found in the
 * logits, which it always reaches; an infinite key may not reach them, since it can look like a key
 * of no weight.
 *
 * <p>Every rank has all keys and values of a batch, so all ranks report the same error. Members of
 * a team may call {@link #note} at the same time, each with its own number.
 */
public final class NumberGuard {
  private final boolean refuses;
  private final String model;
  private final Kernels kernels;
  private final DType cacheType;
  private final float[] keyPeaks;
  private final float[] valuePeaks;

  /**
   * Creates a guard.
   *
   * @param refuses false to let all numbers pass
   * @param model name of the model in messages
   * @param cacheType element type of keys and values in the cache
   * @param members number of threads that note keys and values
   */
  public NumberGuard(boolean refuses, String model, Kernels kernels, DType cacheType, int members) {
    this.refuses = refuses;
    this.model = model;
    this.kernels = kernels;
    this.cacheType = cacheType;
    this.keyPeaks = new float[members];
    this.valuePeaks = new float[members];
  }

  /** Discards the keys and values noted before. */
  void begin() {
    Arrays.fill(keyPeaks, 0);
    Arrays.fill(valuePeaks, 0);
  }

  /**
   * Notes the largest magnitude of a token's keys and values.
   *
   * @param member number of the calling thread in its team
   * @param offset offset of the token in both arrays
   * @param n number of elements of the token in each array
   */
  void note(int member, float[] keys, float[] values, int offset, int n) {
    if (!refuses) {
      return;
    }
    keyPeaks[member] = Math.max(keyPeaks[member], kernels.maxMagnitude(keys, offset, n));
    valuePeaks[member] = Math.max(valuePeaks[member], kernels.maxMagnitude(values, offset, n));
  }

  /**
   * Checks that the cache can hold the keys and values noted since {@link #begin}.
   *
   * @throws UserError if it cannot
   */
  void requireStorable(int layer) {
    requireStorable("keys", keyPeaks, layer);
    requireStorable("values", valuePeaks, layer);
  }

  private void requireStorable(String what, float[] peaks, int layer) {
    float peak = kernels.maxMagnitude(peaks, 0, peaks.length);
    if (peak == Float.POSITIVE_INFINITY) {
      throw notFinite(" (infinite %s in layer %d)".formatted(what, layer));
    }
    if (peak > cacheType.largest()) {
      String type = cacheType.name().toLowerCase(Locale.ROOT);
      throw new UserError(
          "--kv-type " + type,
          String.format(
              Locale.ROOT,
              "%s of layer %d are beyond the largest %s (%.5g)",
              what,
              layer,
              type,
              cacheType.largest()),
          "use --kv-type " + (cacheType == DType.F16 ? "bf16 or f32" : "f32"));
    }
  }

  /**
   * Checks that the first {@code n} logits are finite.
   *
   * @throws UserError if one is NaN or infinite
   */
  void requireFinite(float[] logits, int n) {
    if (refuses && !Float.isFinite(kernels.maxMagnitude(logits, 0, n))) {
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
