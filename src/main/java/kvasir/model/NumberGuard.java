package kvasir.model;

import java.util.Arrays;
import java.util.Locale;
import kvasir.error.UserError;
import kvasir.kernel.Kernels;
import kvasir.tensor.DType;

/**
 * Refusal of numbers that make a run's results meaningless: keys and values that the cache's
 * elements cannot hold, and logits that are not finite. A NaN among keys or values is left to the
 * logits, which it always reaches; an infinite key may reach none, since it can look like a key of
 * no weight.
 *
 * <p>Every rank has all keys and values of a batch, so all ranks refuse them alike. The members of
 * a team note theirs in places of their own.
 */
public final class NumberGuard {
  private final boolean refuses;
  private final String model;
  private final Kernels kernels;
  private final DType cacheType;
  private final float[] keyPeaks;
  private final float[] valuePeaks;

  /**
   * @param refuses false lets all numbers pass
   * @param model the model's name in messages
   * @param cacheType element type of keys and values in the cache
   * @param members threads that note keys and values
   */
  public NumberGuard(boolean refuses, String model, Kernels kernels, DType cacheType, int members) {
    this.refuses = refuses;
    this.model = model;
    this.kernels = kernels;
    this.cacheType = cacheType;
    this.keyPeaks = new float[members];
    this.valuePeaks = new float[members];
  }

  /** Forgets the keys and values noted before. */
  void begin() {
    Arrays.fill(keyPeaks, 0);
    Arrays.fill(valuePeaks, 0);
  }

  /** Notes the largest of a token's keys and values, {@code n} elements each from {@code at} on. */
  void note(int member, float[] keys, float[] values, int at, int n) {
    if (!refuses) {
      return;
    }
    keyPeaks[member] = Math.max(keyPeaks[member], kernels.maxMagnitude(keys, at, n));
    valuePeaks[member] = Math.max(valuePeaks[member], kernels.maxMagnitude(values, at, n));
  }

  /** Refuses keys or values noted since the beginning that the cache cannot hold. */
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

  /** Refuses logits of which one is NaN or infinite; {@code n} from the first on. */
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
