package kvasir.model;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import kvasir.kernel.Kernels;
import kvasir.team.Team;
import kvasir.tensor.Matrix;
import kvasir.tensor.Panels;
import kvasir.tensor.Shares;
import kvasir.weights.Checkpoint;

/**
 * One rank's weights of a decoder, found by Hugging Face's names and checked against the
 * configuration. Linear layers are split over the ranks by their outputs; embeddings are looked up
 * where the checkpoint is mapped, so that only rows of tokens that occur take memory.
 *
 * @param shares how layers are dealt out over the ranks
 * @param embedding {@code [vocabulary, hidden]}, read from the checkpoint, which must stay open
 * @param finalNorm {@code [hidden]}
 * @param head {@code [vocabulary, hidden]}; the embedding, packed, where the model ties them
 */
public record ModelWeights(
    Shares shares,
    MappedRows embedding,
    List<LayerWeights> layers,
    float[] finalNorm,
    Linear head) {

  /**
   * Finds, checks and packs every tensor; a wrong shape or a missing one is a user error.
   *
   * @param arena owns the packed matrices
   */
  public static ModelWeights of(
      Checkpoint checkpoint,
      ModelConfig config,
      Kernels kernels,
      Shares shares,
      int rank,
      Team team,
      Arena arena) {
    // What is missing is said before anything is copied.
    check(checkpoint, config, kernels);
    WeightPacker packer = new WeightPacker(team, arena);
    try {
      return of(config, new Finder(checkpoint, kernels, shares, rank, packer::pack));
    } catch (InternalError e) {
      throw checkpoint.unreadable(e);
    }
  }

  /** Finds and checks every tensor, as {@link #of} does, and keeps none. */
  public static void check(Checkpoint checkpoint, ModelConfig config, Kernels kernels) {
    visit(checkpoint, config, kernels, matrix -> {});
  }

  /** Shows all matrices, whole. */
  static void visit(
      Checkpoint checkpoint, ModelConfig config, Kernels kernels, Consumer<Matrix> visitor) {
    Function<Matrix, Panels> packer =
        matrix -> {
          visitor.accept(matrix);
          return null;
        };
    of(config, new Finder(checkpoint, kernels, Shares.even(1), 0, packer));
  }

  private static ModelWeights of(ModelConfig config, Finder finder) {
    Checkpoint checkpoint = finder.checkpoint();
    int hidden = config.hiddenSize();
    List<LayerWeights> layers = new ArrayList<>();
    for (int layer = 0; layer < config.layers(); layer++) {
      layers.add(layer(finder, config, "model.layers." + layer + "."));
    }
    Matrix embedding = embedding(checkpoint, config);
    Matrix head =
        config.tiedOutput()
            ? embedding
            : checkpoint.matrix("lm_head.weight", config.vocabulary(), hidden);
    return new ModelWeights(
        finder.shares(),
        new MappedRows(checkpoint, finder.kernels(), embedding),
        List.copyOf(layers),
        finder.vector("model.norm.weight", hidden),
        finder.slice(head, null));
  }

  // A checkpoint with tied weights may store them under either name: the format drops aliases.
  private static Matrix embedding(Checkpoint checkpoint, ModelConfig config) {
    String name = "model.embed_tokens.weight";
    boolean underHead =
        config.tiedOutput() && !checkpoint.has(name) && checkpoint.has("lm_head.weight");
    return checkpoint.matrix(
        underHead ? "lm_head.weight" : name, config.vocabulary(), config.hiddenSize());
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
    return new LayerWeights(
        finder.vector(prefix + "input_layernorm.weight", hidden),
        finder.linear(attention + "q_proj", queries, hidden, qkv),
        finder.linear(attention + "k_proj", keys, hidden, qkv),
        finder.linear(attention + "v_proj", keys, hidden, qkv),
        norm ? finder.vector(attention + "q_norm.weight", config.headDim()) : null,
        norm ? finder.vector(attention + "k_norm.weight", config.headDim()) : null,
        finder.linear(attention + "o_proj", hidden, queries, config.outputBias()),
        finder.vector(prefix + "post_attention_layernorm.weight", hidden),
        finder.linear(mlp + "gate_proj", inner, hidden, config.mlpBias()),
        finder.linear(mlp + "up_proj", inner, hidden, config.mlpBias()),
        finder.linear(mlp + "down_proj", hidden, inner, config.mlpBias()));
  }

  private record Finder(
      Checkpoint checkpoint,
      Kernels kernels,
      Shares shares,
      int rank,
      Function<Matrix, Panels> packer) {
    float[] vector(String name, int n) {
      float[] out = new float[n];
      new MappedRows(checkpoint, kernels, checkpoint.vector(name, n)).decode(0, out, 0);
      return out;
    }

    Linear linear(String name, int outputs, int inputs, boolean bias) {
      return slice(
          checkpoint.matrix(name + ".weight", outputs, inputs),
          bias ? vector(name + ".bias", outputs) : null);
    }

    Linear slice(Matrix weight, float[] bias) {
      OutputSlices slices = new OutputSlices(weight.rows(), shares);
      int from = slices.first(rank);
      int to = slices.first(rank + 1);
      return new Linear(
          packer.apply(weight.slice(from, to)),
          bias == null ? null : Arrays.copyOfRange(bias, from, to),
          from,
          slices.width());
    }
  }
}
