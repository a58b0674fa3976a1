package kvasir.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kvasir.error.UserError;
import kvasir.file.ModelFolder;
import kvasir.file.PathKind;
import kvasir.file.gguf.GgufPath;
import kvasir.weights.Checkpoint;
import kvasir.weights.GgufCheckpoint;

/**
 * Reader of a model's configuration: of config.json, in Hugging Face's older and newer form, and of
 * generation_config.json; or of the metadata of a GGUF file.
 */
public final class ConfigReader {
  private static final Map<String, String> BY_MODEL_TYPE =
      Map.of(
          "qwen3", "Qwen3ForCausalLM",
          "qwen2", "Qwen2ForCausalLM",
          "llama", "LlamaForCausalLM");

  // Bounds far above those of any model, beyond which products of two sizes would overflow.
  static final int MAX_WIDTH = 1 << 20;
  static final int MAX_LAYERS = 1 << 12;
  static final int MAX_TOKENS = 1 << 24;

  private ConfigReader() {}

  /**
   * Reads the configuration of a model.
   *
   * @param model a directory in Hugging Face's form or with one GGUF model, or a GGUF file
   * @throws UserError if a file cannot be read, or the configuration is not supported or
   *     contradicts itself
   */
  public static ModelConfig read(Path model) {
    if (GgufPath.find(model).isPresent()) {
      try (Checkpoint checkpoint = Checkpoint.open(model)) {
        return GgufConfigReader.read((GgufCheckpoint) checkpoint);
      }
    }
    ModelFolder folder = new ModelFolder(model);
    folder.check("--model " + model);
    JsonFields config = JsonFields.read(folder.config());
    boolean generation = PathKind.of(folder.generationConfig()) != PathKind.MISSING;
    JsonFields other = generation ? JsonFields.read(folder.generationConfig()) : config;
    return read(config, other.has("eos_token_id") ? other : config);
  }

  /**
   * Parses the text of a config.json that does not come from a file.
   *
   * @param name name of the text in messages
   * @throws UserError if the configuration is not supported or contradicts itself
   */
  public static ModelConfig parse(String name, String text) {
    JsonFields config = JsonFields.parse(Path.of(name), text);
    return read(config, config);
  }

  /**
   * Builds the configuration from its fields.
   *
   * @param end fields of the file that names the tokens that end a sequence
   */
  private static ModelConfig read(JsonFields config, JsonFields end) {
    String architecture = architecture(config);
    refuseUnsupported(config);
    int hidden = bounded(config, "hidden_size", MAX_WIDTH);
    int heads = bounded(config, "num_attention_heads", MAX_WIDTH);
    int kvHeads = config.positive("num_key_value_heads", heads);
    if (heads % kvHeads != 0) {
      throw config.wrong("num_key_value_heads", kvHeads + " does not divide " + heads + " heads");
    }
    int headDim = headDim(config, architecture, hidden, heads);
    boolean attentionBias = config.flag("attention_bias", false);
    boolean qwen2 = architecture.startsWith("Qwen2");
    RopeConfig rope = RopeReader.read(config);
    return new ModelConfig(
        architecture,
        hidden,
        bounded(config, "intermediate_size", MAX_WIDTH),
        bounded(config, "num_hidden_layers", MAX_LAYERS),
        heads,
        kvHeads,
        headDim,
        bounded(config, "vocab_size", MAX_TOKENS),
        rope.context(bounded(config, "max_position_embeddings", MAX_TOKENS), MAX_TOKENS),
        epsilon(config),
        architecture.startsWith("Qwen3"),
        qwen2 || attentionBias,
        !qwen2 && attentionBias,
        architecture.startsWith("Llama") && config.flag("mlp_bias", false),
        config.flag("tie_word_embeddings", false),
        rope,
        end.has("eos_token_id") ? ids(end) : List.of());
  }

  private static String architecture(JsonFields config) {
    JsonNode names = config.node().path("architectures");
    String name =
        names.isArray() && !names.isEmpty()
            ? names.get(0).asText()
            : BY_MODEL_TYPE.get(config.text("model_type", ""));
    if (name == null || !BY_MODEL_TYPE.containsValue(name)) {
      throw new UserError(
          config.file() + " field architectures",
          "unsupported architecture " + (name == null ? "(none)" : name),
          "use one of Qwen3ForCausalLM, Qwen2ForCausalLM, LlamaForCausalLM");
    }
    return name;
  }

  private static void refuseUnsupported(JsonFields config) {
    if (!config.text("hidden_act", "silu").equals("silu")) {
      throw config.wrong("hidden_act", "only silu is supported");
    }
    if (config.has("quantization_config")) {
      throw config.wrong("quantization_config", "quantised weights are not supported");
    }
    // Layers from max_window_layers on have a sliding window; here that may be no layer at all.
    if (config.flag("use_sliding_window", false)
        && config.positive("max_window_layers", 1) < config.positive("num_hidden_layers")) {
      throw config.wrong("use_sliding_window", "sliding windows are not supported");
    }
    for (JsonNode type : config.node().path("layer_types")) {
      if (!type.asText().equals("full_attention")) {
        throw config.wrong("layer_types", type.asText() + " is not supported");
      }
    }
  }

  private static int bounded(JsonFields config, String field, int limit) {
    int value = config.positive(field);
    if (value > limit) {
      throw config.wrong(field, value + " is beyond " + limit);
    }
    return value;
  }

  private static int headDim(JsonFields config, String architecture, int hidden, int heads) {
    // Qwen3 has a default of its own; the other architectures derive head_dim.
    boolean qwen3 = architecture.startsWith("Qwen3");
    if (!config.has("head_dim") && !qwen3 && hidden % heads != 0) {
      throw config.wrong("head_dim", "is missing and hidden_size is no multiple of the heads");
    }
    int headDim = config.positive("head_dim", qwen3 ? 128 : hidden / heads);
    if (headDim % 2 != 0 || (long) headDim * heads > MAX_WIDTH) {
      throw config.wrong("head_dim", headDim + " is odd or too large");
    }
    return headDim;
  }

  private static float epsilon(JsonFields config) {
    double epsilon = config.number("rms_norm_eps", 1e-6);
    if (epsilon < 0 || epsilon > 1) {
      throw config.wrong("rms_norm_eps", epsilon + " is out of range");
    }
    return (float) epsilon;
  }

  private static List<Integer> ids(JsonFields fields) {
    JsonNode value = fields.node().get("eos_token_id");
    List<Integer> ids = new ArrayList<>();
    for (JsonNode id : value.isArray() ? value : List.of(value)) {
      ids.add(
          JsonFields.integer(id)
              .orElseThrow(() -> fields.wrong("eos_token_id", id + " is no token id")));
    }
    return List.copyOf(ids);
  }
}
