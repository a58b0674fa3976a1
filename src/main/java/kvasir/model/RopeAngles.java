package kvasir.model;

/**
 * Cosines and sines of the rotary angles of a batch's positions. Frequencies and angles are rounded
 * to float32 as in Hugging Face's implementation, so that long contexts agree with models as they
 * were trained. An angle depends on its position alone, so the bits are those of a table of all
 * positions, which would take 512 MiB for a million of them.
 *
 * <p>Not safe for several threads, but {@link #compute} may run on disjoint rows at a time.
 */
public final class RopeAngles {
  private final float[] frequencies;
  private final float attention;
  private float[] cosine = {};
  private float[] sine = {};
  private int[] positions = {};

  RopeAngles(RopeConfig config, int headDim) {
    this.frequencies = frequencies(config, headDim);
    this.attention = (float) config.attention();
  }

  /**
   * Makes room for the angles of {@code rows} positions; their values are not set yet.
   *
   * @param at positions in their sequences, {@code [rows]}; read until the next call
   */
  void begin(int[] at, int rows) {
    positions = at;
    if (cosine.length < rows * frequencies.length) {
      cosine = new float[rows * frequencies.length];
      sine = new float[cosine.length];
    }
  }

  /** Computes rows {@code [from, to)}. */
  void compute(int from, int to) {
    int half = frequencies.length;
    for (int row = from; row < to; row++) {
      for (int i = 0; i < half; i++) {
        float angle = positions[row] * frequencies[i];
        // StrictMath gives the same bits on all hosts.
        cosine[row * half + i] = (float) StrictMath.cos(angle) * attention;
        sine[row * half + i] = (float) StrictMath.sin(angle) * attention;
      }
    }
  }

  /** Returns the cosines, {@code [rows, head_dim / 2]}; valid until the next {@link #begin}. */
  float[] cosine() {
    return cosine;
  }

  /** Returns the sines, {@code [rows, head_dim / 2]}; valid until the next {@link #begin}. */
  float[] sine() {
    return sine;
  }

  /** Returns the bytes of the angles of {@code rows} positions. */
  static long bytes(ModelConfig config, int rows) {
    return 2L * Float.BYTES * rows * (config.headDim() / 2);
  }

  /** Returns the angle per position of each pair of elements, {@code [head_dim / 2]}. */
  static float[] frequencies(RopeConfig config, int headDim) {
    float[] out = new float[headDim / 2];
    for (int i = 0; i < out.length; i++) {
      float exponent = 2f * i / headDim;
      float period = (float) StrictMath.pow((float) config.theta(), exponent);
      out[i] = frequency(config, period, i, headDim);
    }
    return out;
  }

  private static float frequency(RopeConfig config, float period, int i, int headDim) {
    return switch (config) {
      case RopeConfig.Plain _ -> 1f / period;
      case RopeConfig.Linear linear -> 1f / period / (float) linear.factor();
      case RopeConfig.Llama3 llama -> llama3(llama, 1f / period);
      case RopeConfig.Yarn yarn -> yarn(yarn, period, i, headDim);
      case RopeConfig.Divided divided ->
          frequency(divided.scaling(), period, i, headDim) / divided.divisors().get(i);
    };
  }

  private static float llama3(RopeConfig.Llama3 c, float frequency) {
    float wavelength = (float) (2 * Math.PI) / frequency;
    if (wavelength < c.original() / c.high()) {
      return frequency;
    }
    if (wavelength > c.original() / c.low()) {
      return (float) (frequency / c.factor());
    }
    float smooth = (float) ((c.original() / wavelength - (float) c.low()) / (c.high() - c.low()));
    return (float) ((1 - smooth) * frequency / c.factor()) + smooth * frequency;
  }

  private static float yarn(RopeConfig.Yarn c, float period, int i, int headDim) {
    double low = Math.max(0, correction(c, c.betaFast(), headDim, -1));
    double high = Math.min(headDim - 1, correction(c, c.betaSlow(), headDim, 1));
    double width =
        low == high
            ? 0.001
            : high - low; // As in Hugging Face's implementation, against division by 0.
    float ramp = (float) Math.clamp((i - low) / width, 0, 1);
    float keep = 1 - ramp;
    return (float) (1 / (c.factor() * period)) * (1 - keep) + 1f / period * keep;
  }

  /**
   * Returns the dimension that makes {@code turns} turns over the original context.
   *
   * @param outwards direction of rounding, -1 down or 1 up
   */
  private static double correction(RopeConfig.Yarn c, double turns, int headDim, int outwards) {
    double dimension =
        headDim * Math.log(c.original() / (turns * 2 * Math.PI)) / (2 * Math.log(c.theta()));
    if (!c.truncate()) {
      return dimension;
    }
    return outwards < 0 ? Math.floor(dimension) : Math.ceil(dimension);
  }
}
