package kvasir.model;

import java.util.Map;
import kvasir.error.UserError;
import kvasir.file.gguf.GgufWriter;

/**
 * Writer of a model's configuration as metadata of a GGUF file, with the keys that {@link
 * GgufConfigReader} reads.
 *
 * @param location place of the model, for messages
 */
record GgufConfigWriter(ModelConfig config, String location) {
  private static final Map<String, String> ARCHITECTURES =
      Map.of(
          GgufConfigReader.LLAMA,
          "llama",
          "Qwen2ForCausalLM",
          "qwen2",
          "Qwen3ForCausalLM",
          "qwen3");

  /**
   * Adds all keys but those of the tokenizer. The divisors of Llama 3's frequencies are a tensor,
   * which the caller adds.
   *
   * @param name name of the model
   * @param mix formats of the matrices
   * @throws UserError if GGUF has no keys for the model
   */
  void add(GgufWriter writer, String name, FormatMix mix) {
    String architecture = ARCHITECTURES.get(config.architecture());
    if (architecture == null) {
      throw new UserError(
          location,
          config.architecture() + " cannot be written as GGUF",
          "quantise a Llama, Qwen2 or Qwen3 model");
    }
    String prefix = architecture + ".";
    writer
        .text("general.architecture", architecture)
        .text("general.type", "model")
        .text("general.name", name)
        .uint32("general.file_type", mix.fileType())
        .uint32("general.quantization_version", 2)
        .uint32(prefix + "context_length", config.maxPositions())
        .uint32(prefix + "embedding_length", config.hiddenSize())
        .uint32(prefix + "block_count", config.layers())
        .uint32(prefix + "feed_forward_length", config.intermediateSize())
        .uint32(prefix + "attention.head_count", config.heads())
        .uint32(prefix + "attention.head_count_kv", config.kvHeads())
        .uint32(prefix + "attention.key_length", config.headDim())
        .uint32(prefix + "attention.value_length", config.headDim())
        .float32(prefix + "attention.layer_norm_rms_epsilon", config.rmsNormEpsilon())
        .uint32(prefix + "rope.dimension_count", config.headDim())
        .float32(prefix + "rope.freq_base", (float) config.rope().theta())
        .uint32(prefix + "vocab_size", config.vocabulary());
    addScaling(writer, prefix);
  }

  private void addScaling(GgufWriter writer, String prefix) {
    switch (config.rope()) {
      case RopeConfig.Plain plain -> {}
      case RopeConfig.Llama3 llama3 -> {}
      case RopeConfig.Yarn yarn -> addYarn(writer, prefix, yarn);
      case RopeConfig.Linear linear ->
          writer
              .text(prefix + "rope.scaling.type", "linear")
              .float32(prefix + "rope.scaling.factor", (float) linear.factor());
      case RopeConfig.Divided divided ->
          throw new IllegalArgumentException("only GGUF files have divisors: " + divided);
    }
  }

  private void addYarn(GgufWriter writer, String prefix, RopeConfig.Yarn yarn) {
    boolean usual = yarn.attention() == RopeReader.yarnAttention(yarn.factor()) && yarn.truncate();
    if (!usual) {
      throw new UserError(
          location,
          "GGUF has no keys for this yarn: " + yarn,
          "quantise a model with yarn's usual attention factor");
    }
    writer
        .text(prefix + "rope.scaling.type", "yarn")
        .float32(prefix + "rope.scaling.factor", (float) yarn.factor())
        .uint32(prefix + "rope.scaling.original_context_length", yarn.original())
        .float32(prefix + "rope.scaling.yarn_beta_fast", (float) yarn.betaFast())
        .float32(prefix + "rope.scaling.yarn_beta_slow", (float) yarn.betaSlow());
  }
}
