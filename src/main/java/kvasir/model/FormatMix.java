package kvasir.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import kvasir.tensor.BlockFormat;

/**
 * Choice of the format of each matrix of a model. All matrices have one format, or the formats that
 * llama.cpp's {@code llama-quantize} mixes by default ({@code llama_tensor_get_type} in
 * llama-quant.cpp). {@link #fileType} is the number of the choice in {@code general.file_type}.
 */
public enum FormatMix {
  Q8_0(7, BlockFormat.Q8_0),
  Q4_0(2, BlockFormat.Q4_0),
  Q4_1(3, BlockFormat.Q4_1),
  Q5_0(8, BlockFormat.Q5_0),
  Q5_1(9, BlockFormat.Q5_1),
  Q2_K(10, BlockFormat.Q2_K),
  Q3_K(11, BlockFormat.Q3_K),
  Q4_K(14, BlockFormat.Q4_K),
  Q5_K(16, BlockFormat.Q5_K),
  Q6_K(18, BlockFormat.Q6_K),
  IQ4_NL(25, BlockFormat.IQ4_NL),
  IQ4_XS(30, BlockFormat.IQ4_XS),
  Q4_K_M(15, BlockFormat.Q4_K);

  private static final Pattern FINER =
      Pattern.compile("model\\.layers\\.(\\d+)\\.(self_attn\\.v_proj|mlp\\.down_proj)\\.weight");

  private final int fileType;
  private final BlockFormat usual;

  FormatMix(int fileType, BlockFormat usual) {
    this.fileType = fileType;
    this.usual = usual;
  }

  /** Returns the choice with a label such as {@code q4_k_m}, in any case. */
  public static Optional<FormatMix> of(String label) {
    return Arrays.stream(values())
        .filter(mix -> mix.label().equals(label.toLowerCase(Locale.ROOT)))
        .findFirst();
  }

  /** Returns the choice of one format for all matrices. */
  static FormatMix of(BlockFormat format) {
    return valueOf(format.name());
  }

  /** Returns all labels, separated by commas, for messages. */
  public static String labels() {
    return Arrays.stream(values()).map(FormatMix::label).collect(Collectors.joining(", "));
  }

  /** Returns the name that users write, such as {@code q4_k_m}. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the number that stands for the choice in files. */
  int fileType() {
    return fileType;
  }

  /**
   * Returns the format of a matrix.
   *
   * @param name name of the matrix in Hugging Face's layout
   * @param layers number of decoder layers
   * @param tied whether the embedding is the output layer too
   */
  BlockFormat format(String name, int layers, boolean tied) {
    if (this != Q4_K_M) {
      return usual;
    }
    String output = tied ? ModelShape.EMBEDDING : ModelTensors.HEAD;
    Matcher finer = FINER.matcher(name);
    boolean six =
        name.equals(output)
            || (finer.matches() && moreBits(Integer.parseInt(finer.group(1)), layers));
    return six ? BlockFormat.Q6_K : usual;
  }

  /**
   * Returns whether a layer's value and down projections get more bits: those of the first and the
   * last eighth of the layers and each third one between ({@code use_more_bits}).
   */
  private static boolean moreBits(int layer, int layers) {
    int eighth = layers / 8;
    return layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2;
  }
}
