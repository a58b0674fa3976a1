package kvasir.model;

/**
 * Rotary position embedding of a model, with its scaling to contexts beyond the one that the model
 * was first trained on.
 */
public sealed interface RopeConfig {
  /** Returns the base of the geometric sequence of frequencies. */
  double theta();

  /** Rotary embedding without scaling (Su et al. 2021, RoFormer). */
  record Plain(double theta) implements RopeConfig {
    @Override
    public String toString() {
      return "plain, theta " + theta;
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
      implements RopeConfig {}
}
