package kvasir.model;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import kvasir.error.UserError;
import kvasir.kernel.Kernels;
import kvasir.team.Team;
import kvasir.tensor.Matrix;
import kvasir.tensor.PackedWeights;
import kvasir.tensor.Shares;
import kvasir.weights.Checkpoint;

/**
 * One rank's weights of a decoder, found by Hugging Face's names and checked against the
 * configuration. Linear layers are split over the ranks by their outputs; embeddings are read from
 * the mapped checkpoint, so that only rows of tokens that occur take memory.
 *
 * @param shares division of layers among the ranks
 * @param embedding {@code [vocabulary, hidden]}, read from the checkpoint, which must stay open
 * @param layers weights of the decoder layers, in order
 * @param finalNorm {@code [hidden]}
 * @param head this rank's slice of {@code [vocabulary, hidden]}; a packed copy of the embedding if
 *     the model ties them
 */
public record ModelWeights(
    Shares shares,
    MappedRows embedding,
    List<LayerWeights> layers,
    float[] finalNorm,
    Linear head) {

  /**
   * Finds and checks every tensor, and packs this rank's slices.
   *
   * @param checkpoint files of the model, which must stay open
   * @param rank number of this rank
   * @param team team that shares the work of packing
   * @param arena owner of the packed matrices
   * @throws UserError if a tensor is missing or has another shape, or a file becomes shorter
   */
  public static ModelWeights of(
      Checkpoint checkpoint,
      ModelConfig config,
      Kernels kernels,
      Shares shares,
      int rank,
      Team team,
      Arena arena) {
    // Missing tensors are reported before anything is copied.
    check(checkpoint, config, kernels);
    WeightPacker packer = new WeightPacker(kernels, team, arena);
    try {
      ModelTensors tensors = ModelTensors.of(checkpoint);
      return of(config, new Finder(tensors, kernels, shares, rank, packer::pack));
    } catch (InternalError e) {
      throw checkpoint.unreadable(e);
    }
  }

  /**
   * Finds and checks every tensor without packing.
   *
   * @throws UserError if a tensor is missing or has another shape
   */
  public static void check(Checkpoint checkpoint, ModelConfig config, Kernels kernels) {
    visit(checkpoint, config, kernels, matrix -> {});
  }

  /** Returns the tensors in the files that a model of this configuration does not use. */
  public static UnusedTensors unused(Checkpoint checkpoint, ModelConfig config, Kernels kernels) {
    return UnusedTensors.of(visit(checkpoint, config, kernels, matrix -> {}), config);
  }

  /** Calls a visitor with all matrices, whole, and returns the tensors with their use recorded. */
  static ModelTensors visit(
      Checkpoint checkpoint, ModelConfig config, Kernels kernels, Consumer<Matrix> visitor) {
    Packing packer =
        (matrix, order, from, to) -> {
          visitor.accept(matrix.slice(from, to));
          return null;
        };
    ModelTensors tensors = ModelTensors.of(checkpoint);
    of(config, new Finder(tensors, kernels, Shares.even(1), 0, packer));
    tensors.refuseFactors();
    return tensors;
  }

  private static ModelWeights of(ModelConfig config, Finder finder) {
    ModelTensors tensors = finder.tensors();
    int hidden = config.hiddenSize();
    List<LayerWeights> layers = new ArrayList<>();
    for (int layer = 0; layer < config.layers(); layer++) {
      layers.add(layer(finder, config, "layers." + layer + "."));
    }
    Matrix embedding = embedding(tensors, config);
    return new ModelWeights(
        finder.shares(),
        new MappedRows(tensors.checkpoint(), finder.kernels(), embedding),
        List.copyOf(layers),
        finder.vector("norm.weight", hidden),
        finder.slice(config.tiedOutput() ? embedding : head(tensors, config), RowOrder.SAME, null));
  }

  // A checkpoint may store tied weights under either name, since the format drops aliases.
  private static Matrix embedding(ModelTensors tensors, ModelConfig config) {
    boolean underHead =
        config.tiedOutput()
            && !tensors.has(ModelTensors.EMBEDDING)
            && tensors.has(ModelTensors.HEAD);
    return tensors.matrix(
        underHead ? ModelTensors.HEAD : ModelTensors.EMBEDDING,
        config.vocabulary(),
        config.hiddenSize());
  }

  private static Matrix head(ModelTensors tensors, ModelConfig config) {
    if (!tensors.has(ModelTensors.HEAD)) {
      throw new UserError(
          tensors.checkpoint().location().toString(),
          "there is no lm_head.weight, and tie_word_embeddings of config.json is false or absent",
          "set it to true where the model uses its embedding as the head, or complete the weights");
    }
    return tensors.matrix(ModelTensors.HEAD, config.vocabulary(), config.hiddenSize());
  }

  private static LayerWeights layer(Finder finder, ModelConfig config, String prefix) {
    int hidden = config.hiddenSize();
    int queries = config.heads() * config.headDim();
    int keys = config.kvHeads() * config.headDim();
    int inner = config.intermediateSize();
    String attention = prefix + "self_attn.";
    String mlp = prefix + "mlp.";
    boolean qkv = config.qkvBias();
    boolean norm = config.qkNorm();
    RowOrder order = finder.tensors().rotatedRows(config);
    return new LayerWeights(
        finder.vector(prefix + "input_layernorm.weight", hidden),
        finder.linear(attention + "q_proj", queries, hidden, qkv, order),
        finder.linear(attention + "k_proj", keys, hidden, qkv, order),
        finder.linear(attention + "v_proj", keys, hidden, qkv),
        norm ? finder.vector(attention + "q_norm.weight", config.headDim()) : null,
        norm ? finder.vector(attention + "k_norm.weight", config.headDim()) : null,
        finder.linear(attention + "o_proj", hidden, queries, config.outputBias()),
        finder.vector(prefix + "post_attention_layernorm.weight", hidden),
        finder.linear(mlp + "gate_proj", inner, hidden, config.mlpBias()),
        finder.linear(mlp + "up_proj", inner, hidden, config.mlpBias()),
        finder.linear(mlp + "down_proj", hidden, inner, config.mlpBias()));
  }

  private interface Packing {
    /** Packs rows of a matrix; see {@link WeightPacker#pack(Matrix, RowOrder, int, int)}. */
    PackedWeights pack(Matrix matrix, RowOrder order, int from, int to);
  }

  private record Finder(
      ModelTensors tensors, Kernels kernels, Shares shares, int rank, Packing packer) {
    float[] vector(String name, int n) {
      float[] out = new float[n];
      new MappedRows(tensors.checkpoint(), kernels, tensors.vector(name, n)).decode(0, out, 0);
      return out;
    }

    Linear linear(String name, int outputs, int inputs, boolean bias) {
      return linear(name, outputs, inputs, bias, RowOrder.SAME);
    }

    Linear linear(String name, int outputs, int inputs, boolean bias, RowOrder order) {
      boolean added = bias && !tensors.omits(name + ".bias");
      return slice(
          tensors.matrix(name + ".weight", outputs, inputs),
          order,
          added ? sorted(vector(name + ".bias", outputs), order) : null);
    }

    private static float[] sorted(float[] inFile, RowOrder order) {
      float[] rows = new float[inFile.length];
      for (int row = 0; row < rows.length; row++) {
        rows[row] = inFile[order.inFile(row)];
      }
      return rows;
    }

    Linear slice(Matrix weight, RowOrder order, float[] bias) {
      OutputSlices slices = new OutputSlices(weight.rows(), shares);
      int from = slices.first(rank);
      int to = slices.first(rank + 1);
      return new Linear(
          packer.pack(weight, order, from, to),
          bias == null ? null : Arrays.copyOfRange(bias, from, to),
          from,
          slices.width());
    }
  }
}
