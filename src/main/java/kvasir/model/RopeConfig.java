package kvasir.model;

import java.util.List;

/**
 * Rotary position embedding of a model, with its scaling to contexts beyond the one that the model
 * was first trained on.
 */
public sealed interface RopeConfig {
  /** Returns the base of the geometric sequence of frequencies. */
  double theta();

  /** Returns the factor of all cosines and sines. */
  default double attention() {
    return 1;
  }

  /**
   * Returns the longest sequence in tokens of a model.
   *
   * @param stated the length that the configuration states
   * @param limit upper bound of a longer one
   */
  default int context(int stated, int limit) {
    return stated;
  }

  /** Rotary embedding without scaling (Su et al. 2021, RoFormer). */
  record Plain(double theta) implements RopeConfig {
    @Override
    public String toString() {
      return "plain, theta " + theta;
    }
  }

  /**
   * Linear scaling (Chen et al. 2023): all frequencies are divided by a factor.
   *
   * @param factor the divisor
   */
  record Linear(double theta, double factor) implements RopeConfig {}

  /**
   * Frequencies of another configuration, each divided by a number of its own, as the tensor {@code
   * rope_freqs.weight} of GGUF files says.
   *
   * @param scaling the frequencies before the division
   * @param divisors one for each pair of elements, {@code [head_dim / 2]}
   */
  record Divided(RopeConfig scaling, List<Float> divisors) implements RopeConfig {
    public Divided {
      divisors = List.copyOf(divisors);
    }

    @Override
    public double theta() {
      return scaling.theta();
    }

    @Override
    public double attention() {
      return scaling.attention();
    }

    @Override
    public int context(int stated, int limit) {
      return scaling.context(stated, limit);
    }

    @Override
    public String toString() {
      return scaling + ", divided by rope_freqs.weight";
    }
  }

  /**
   * Scaling of Llama 3.1: low frequencies are divided by a factor, high ones are kept, and those
   * between are interpolated.
   *
   * @param factor divisor of low frequencies
   * @param low wavelengths longer than {@code original / low} are scaled
   * @param high wavelengths shorter than {@code original / high} are kept
   * @param original context in tokens of the first training
   */
  record Llama3(double theta, double factor, double low, double high, int original)
      implements RopeConfig {}

  /**
   * Scaling of YaRN (Peng et al. 2023): interpolation by parts, and a factor for cosine and sine.
   *
   * @param factor divisor of low frequencies
   * @param betaFast turns over the original context from which a frequency is kept
   * @param betaSlow turns over the original context up to which a frequency is divided
   * @param original context in tokens of the first training
   * @param attention factor of cosine and sine
   * @param truncate whether the borders of the ramp are rounded to whole dimensions
   */
  record Yarn(
      double theta,
      double factor,
      double betaFast,
      double betaSlow,
      int original,
      double attention,
      boolean truncate)
      implements RopeConfig {

    // Model cards say to add yarn and to leave the stated length as it was: the trained length or,
    // for Qwen3, somewhat more.
    @Override
    public int context(int stated, int limit) {
      return original <= stated ? (int) Math.clamp(original * factor, stated, limit) : stated;
    }
  }
}
