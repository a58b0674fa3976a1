package kvasir.model;

/** How rotary positions are scaled beyond the context a model was first trained on. */
public sealed interface RopeConfig {
  /** The base of the angles' geometric sequence. */
  double theta();

  /** Rotary embedding as published (Su et al., RoFormer). */
  record Plain(double theta) implements RopeConfig {
    @Override
    public String toString() {
      return "plain, theta " + theta;
    }
  }

  /** Llama 3.1's: low frequencies divided by a factor, a ramp between. */
  record Llama3(double theta, double factor, double low, double high, int original)
      implements RopeConfig {}

  /**
   * YaRN (Peng et al. 2023): interpolation by parts, and cosine and sine scaled.
   *
   * @param attention what cosine and sine are multiplied by
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
