package kvasir.model;

import kvasir.error.UserError;

/**
 * Table of cosine and sine for every position and frequency. Frequencies and angles are rounded to
 * float32 as in Hugging Face's implementation, so that long contexts agree with models as they were
 * trained.
 *
 * @param cosine {@code [positions, head_dim / 2]}
 * @param sine {@code [positions, head_dim / 2]}
 */
public record RopeTable(float[] cosine, float[] sine) {
  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  /** Computes the table of {@code positions} positions. */
  static RopeTable of(RopeConfig config, int headDim, int positions) {
    int half = headDim / 2;
    float[] frequencies = frequencies(config, headDim);
    // StrictMath gives the same bits on all hosts.
    float attention = config instanceof RopeConfig.Yarn yarn ? (float) yarn.attention() : 1f;
    float[] cosine = new float[elements(positions, half)];
    float[] sine = new float[cosine.length];
    for (int position = 0; position < positions; position++) {
      for (int i = 0; i < half; i++) {
        float angle = position * frequencies[i];
        cosine[position * half + i] = (float) StrictMath.cos(angle) * attention;
        sine[position * half + i] = (float) StrictMath.sin(angle) * attention;
      }
    }
    return new RopeTable(cosine, sine);
  }

  /** Returns the bytes of a table of {@code positions} positions; each rank has the whole table. */
  public static long bytes(ModelConfig config, int positions) {
    return 2L * Float.BYTES * positions * (config.headDim() / 2);
  }

  private static int elements(int positions, int half) {
    long elements = (long) positions * half;
    if (elements > LARGEST_ARRAY) {
      throw new UserError(
          "a sequence of " + positions + " tokens",
          "its " + half + " frequencies for each fill no table that Java has",
          "ask for fewer tokens");
    }
    return (int) elements;
  }

  /** Returns the angle per position of each pair of elements, {@code [head_dim / 2]}. */
  static float[] frequencies(RopeConfig config, int headDim) {
    float[] out = new float[headDim / 2];
    for (int i = 0; i < out.length; i++) {
      float exponent = 2f * i / headDim;
      float period = (float) StrictMath.pow((float) config.theta(), exponent);
      out[i] =
          switch (config) {
            case RopeConfig.Plain plain -> 1f / period;
            case RopeConfig.Llama3 llama -> llama3(llama, 1f / period);
            case RopeConfig.Yarn yarn -> yarn(yarn, period, i, headDim);
          };
    }
    return out;
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
