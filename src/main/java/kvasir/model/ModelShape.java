package kvasir.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kvasir.file.Json;

/** Shapes of the dense models of the Qwen3 family, from their published config.json. */
public enum ModelShape {
  QWEN3_0_6B(1024, 3072, 28, 16, true),
  QWEN3_1_7B(2048, 6144, 28, 16, true),
  QWEN3_4B(2560, 9728, 36, 32, true),
  QWEN3_8B(4096, 12288, 36, 32, false),
  QWEN3_14B(5120, 17408, 40, 40, false),
  QWEN3_32B(5120, 25600, 64, 64, false);

  /** Name of the embedding in Hugging Face's layout. */
  static final String EMBEDDING = "model.embed_tokens.weight";

  private static final int KV_HEADS = 8;
  private static final int HEAD_DIM = 128;
  private static final int VOCABULARY = 151_936;
  private static final int CONTEXT = 40_960;

  private final int hidden;
  private final int inner;
  private final int layers;
  private final int heads;
  private final boolean tied;

  ModelShape(int hidden, int inner, int layers, int heads, boolean tied) {
    this.hidden = hidden;
    this.inner = inner;
    this.layers = layers;
    this.heads = heads;
    this.tied = tied;
  }

  /** Name and shape of a tensor to write. */
  record Tensor(String name, List<Integer> shape) {}

  /** Returns the name that users write, such as {@code qwen3-0.6b}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replaceFirst("_", "-").replace('_', '.');
  }

  /**
   * Returns the shape with a label, with or without the family: {@code qwen3-0.6b} or {@code 0.6b}.
   */
  public static Optional<ModelShape> of(String label) {
    String wanted = label.toLowerCase(Locale.ROOT);
    return Stream.of(values())
        .filter(s -> s.label().equals(wanted) || s.label().equals("qwen3-" + wanted))
        .findFirst();
  }

  /** Returns all labels, separated by commas, for messages. */
  public static String labels() {
    return Stream.of(values()).map(ModelShape::label).collect(Collectors.joining(", "));
  }

  /** Returns the number of decoder layers of the published model. */
  public int layers() {
    return layers;
  }

  /** Returns the configuration of the published model, without a file. */
  public ModelConfig model() {
    return model(layers);
  }

  /** Returns the configuration with another number of layers, without a file. */
  public ModelConfig model(int layerCount) {
    return ConfigReader.parse(label(), config(layerCount));
  }

  /** Returns the text of a config.json, in Hugging Face's older form, which all readers accept. */
  String config(int layerCount) {
    ObjectNode c = Json.object();
    c.putArray("architectures").add("Qwen3ForCausalLM");
    c.put("model_type", "qwen3").put("hidden_act", "silu").put("torch_dtype", "bfloat16");
    c.put("hidden_size", hidden).put("intermediate_size", inner);
    c.put("num_hidden_layers", layerCount).put("max_window_layers", layerCount);
    c.put("num_attention_heads", heads).put("num_key_value_heads", KV_HEADS);
    c.put("head_dim", HEAD_DIM).put("vocab_size", VOCABULARY);
    c.put("max_position_embeddings", CONTEXT).put("rope_theta", 1_000_000);
    c.putNull("rope_scaling").putNull("sliding_window");
    c.put("rms_norm_eps", 1e-6).put("initializer_range", 0.02);
    c.put("attention_bias", false).put("attention_dropout", 0.0);
    c.put("use_sliding_window", false).put("use_cache", true).put("tie_word_embeddings", tied);
    c.put("bos_token_id", 151_643).put("eos_token_id", 151_645);
    return c.toPrettyString() + "\n";
  }

  /**
   * Returns every tensor of a checkpoint with {@code layerCount} layers, by Hugging Face's names.
   */
  List<Tensor> tensors(int layerCount) {
    List<Tensor> all = new ArrayList<>();
    all.add(new Tensor(EMBEDDING, List.of(VOCABULARY, hidden)));
    for (int layer = 0; layer < layerCount; layer++) {
      String prefix = "model.layers." + layer + ".";
      int queries = heads * HEAD_DIM;
      int keys = KV_HEADS * HEAD_DIM;
      all.add(new Tensor(prefix + "input_layernorm.weight", List.of(hidden)));
      all.add(new Tensor(prefix + "self_attn.q_proj.weight", List.of(queries, hidden)));
      all.add(new Tensor(prefix + "self_attn.k_proj.weight", List.of(keys, hidden)));
      all.add(new Tensor(prefix + "self_attn.v_proj.weight", List.of(keys, hidden)));
      all.add(new Tensor(prefix + "self_attn.o_proj.weight", List.of(hidden, queries)));
      all.add(new Tensor(prefix + "self_attn.q_norm.weight", List.of(HEAD_DIM)));
      all.add(new Tensor(prefix + "self_attn.k_norm.weight", List.of(HEAD_DIM)));
      all.add(new Tensor(prefix + "post_attention_layernorm.weight", List.of(hidden)));
      all.add(new Tensor(prefix + "mlp.gate_proj.weight", List.of(inner, hidden)));
      all.add(new Tensor(prefix + "mlp.up_proj.weight", List.of(inner, hidden)));
      all.add(new Tensor(prefix + "mlp.down_proj.weight", List.of(hidden, inner)));
    }
    all.add(new Tensor("model.norm.weight", List.of(hidden)));
    if (!tied) {
      all.add(new Tensor(ModelTensors.HEAD, List.of(VOCABULARY, hidden)));
    }
    return all;
  }
}
