package kvasir.model;

import kvasir.error.UserError;

/**
 * Cosine and sine of every position and frequency, in the roundings of Hugging Face's
 * implementation: frequencies and angles in float32, so that long contexts agree with models as
 * they were trained.
 *
 * @param cosine {@code [positions, head_dim / 2]}
 * @param sine {@code [positions, head_dim / 2]}
 */
public record RopeTable(float[] cosine, float[] sine) {
  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  static RopeTable of(RopeConfig config, int headDim, int positions) {
    int half = headDim / 2;
    float[] frequencies = frequencies(config, headDim);
    // StrictMath: hosts of all kinds have the same bits.
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

  /** Bytes of a table of so many positions; each rank has it whole. */
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

  /** Angle per position of each pair, {@code [head_dim / 2]}. */
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
    double width = low == high ? 0.001 : high - low; // As Hugging Face avoids the singularity.
    float ramp = (float) Math.clamp((i - low) / width, 0, 1);
    float keep = 1 - ramp;
    return (float) (1 / (c.factor() * period)) * (1 - keep) + 1f / period * keep;
  }

  /** The dimension that makes so many turns over the original context, rounded outwards. */
  private static double correction(RopeConfig.Yarn c, double turns, int headDim, int outwards) {
    double dimension =
        headDim * Math.log(c.original() / (turns * 2 * Math.PI)) / (2 * Math.log(c.theta()));
    if (!c.truncate()) {
      return dimension;
    }
    return outwards < 0 ? Math.floor(dimension) : Math.ceil(dimension);
  }
}
