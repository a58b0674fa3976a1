package kvasir.model;

import java.util.ArrayList;
import java.util.List;
import kvasir.kernel.Kernels;
import kvasir.tensor.Matrix;
import kvasir.weights.Checkpoint;

/**
 * The weights of a decoder, found by Hugging Face's names and checked against the configuration.
 * Views of the checkpoint, which must stay open as long as these are used.
 *
 * @param embedding {@code [vocabulary, hidden]}
 * @param finalNorm {@code [hidden]}
 * @param head {@code [vocabulary, hidden]}; the embedding where the model ties them
 */
public record ModelWeights(
    Matrix embedding, List<LayerWeights> layers, float[] finalNorm, Linear head) {

  /** Finds and checks every tensor; a wrong shape or a missing one is a user error. */
  public static ModelWeights of(Checkpoint checkpoint, ModelConfig config, Kernels kernels) {
    Finder finder = new Finder(checkpoint, kernels);
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
        embedding,
        List.copyOf(layers),
        finder.vector("model.norm.weight", hidden),
        new Linear(head, null));
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

  private record Finder(Checkpoint checkpoint, Kernels kernels) {
    float[] vector(String name, int n) {
      float[] out = new float[n];
      kernels.decode(checkpoint.vector(name, n), 0, 0, n, out, 0);
      return out;
    }

    Linear linear(String name, int outputs, int inputs, boolean bias) {
      return new Linear(
          checkpoint.matrix(name + ".weight", outputs, inputs),
          bias ? vector(name + ".bias", outputs) : null);
    }
  }
}
