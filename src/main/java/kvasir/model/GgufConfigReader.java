package kvasir.model;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kvasir.error.PrintableText;
import kvasir.error.UserError;
import kvasir.file.gguf.GgufMetadata;
import kvasir.weights.Checkpoint;
import kvasir.weights.GgufCheckpoint;
import kvasir.weights.TensorInfo;

/**
 * Reader of a model's configuration from the metadata of a GGUF file (ggml-org/ggml, docs/gguf.md).
 * Tensors say which biases there are, whether the head is the embedding, and, by the rows of the
 * embedding, the size of the vocabulary. A key that changes the numbers and is not supported is
 * refused by its name.
 */
final class GgufConfigReader {
  static final String LLAMA = "LlamaForCausalLM";
  static final String CONTEXT = "context_length";

  private static final String QWEN3 = "Qwen3ForCausalLM";
  private static final Map<String, String> ARCHITECTURES =
      Map.of("llama", LLAMA, "qwen2", "Qwen2ForCausalLM", "qwen3", QWEN3);

  private static final String ARCHITECTURE = "general.architecture";
  private static final String WIDTH = "embedding_length";
  private static final String HEADS = "attention.head_count";
  private static final String KV_HEADS = "attention.head_count_kv";
  private static final String KEY_LENGTH = "attention.key_length";
  private static final String VALUE_LENGTH = "attention.value_length";
  private static final String EPSILON = "attention.layer_norm_rms_epsilon";
  private static final String WINDOW = "attention.sliding_window";
  private static final String CAUSAL = "attention.causal";
  private static final String EXPERTS = "expert_count";
  private static final String TOKENS = "tokenizer.ggml.tokens";
  private static final List<String> ENDS =
      List.of(
          "tokenizer.ggml.eos_token_id",
          "tokenizer.ggml.eot_token_id",
          "tokenizer.ggml.eom_token_id");

  /** Settings of attention that are read, and the epsilon of another kind of norm. */
  private static final Set<String> KNOWN =
      Set.of(
          HEADS,
          KV_HEADS,
          KEY_LENGTH,
          VALUE_LENGTH,
          EPSILON,
          WINDOW,
          CAUSAL,
          "attention.layer_norm_epsilon");

  /** Fields that change the numbers unless they have this value. */
  private static final Map<String, Double> NEUTRAL =
      Map.of(
          EXPERTS,
          0.0,
          "logit_scale",
          1.0,
          "embedding_scale",
          1.0,
          "residual_scale",
          1.0,
          "attn_logit_softcapping",
          0.0,
          "final_logit_softcapping",
          0.0,
          "nextn_predict_layers",
          0.0,
          "attention.clamp_kqv",
          0.0,
          "attention.max_alibi_bias",
          0.0);

  private static final String LAYER = "model.layers.";
  private static final String EMBEDDING = "model." + ModelTensors.EMBEDDING;
  private static final List<String> QKV = List.of("q_proj", "k_proj", "v_proj");
  private static final List<String> MLP = List.of("gate_proj", "up_proj", "down_proj");

  private final Checkpoint checkpoint;
  private final GgufFields fields;
  private final String architecture;

  private GgufConfigReader(Checkpoint checkpoint, GgufMetadata metadata) {
    this.checkpoint = checkpoint;
    String name = metadata.text(ARCHITECTURE).orElseThrow(() -> metadata.missing(ARCHITECTURE));
    this.fields = new GgufFields(metadata, name);
    this.architecture = ARCHITECTURES.get(name);
    if (architecture == null) {
      throw new UserError(
          metadata.file().toString(),
          "key " + ARCHITECTURE + " is '" + PrintableText.quotation(name) + "', not supported",
          "use a model of the architecture llama, qwen2 or qwen3");
    }
  }

  /**
   * Reads the configuration.
   *
   * @throws UserError if it is incomplete, is not supported or contradicts itself
   */
  static ModelConfig read(GgufCheckpoint checkpoint) {
    return new GgufConfigReader(checkpoint, checkpoint.metadata()).read();
  }

  private ModelConfig read() {
    refuseUnsupported();
    int hidden = fields.positive(WIDTH, ConfigReader.MAX_WIDTH);
    int layers = fields.positive("block_count", ConfigReader.MAX_LAYERS);
    int heads = fields.positive(HEADS, ConfigReader.MAX_WIDTH);
    int kvHeads = fields.positive(KV_HEADS, ConfigReader.MAX_WIDTH, heads);
    if (heads % kvHeads != 0) {
      throw fields.wrong(KV_HEADS, "is " + kvHeads + ", which does not divide " + heads + " heads");
    }
    int headDim = headDim(hidden, heads);
    int stated = fields.positive(CONTEXT, ConfigReader.MAX_TOKENS);
    RopeConfig rope = GgufRopeReader.read(fields, checkpoint, headDim);
    int vocabulary = vocabulary();
    boolean llama = architecture.equals(LLAMA);
    boolean qwen3 = architecture.equals(QWEN3);
    return new ModelConfig(
        architecture,
        hidden,
        fields.positive("feed_forward_length", ConfigReader.MAX_WIDTH),
        layers,
        heads,
        kvHeads,
        headDim,
        vocabulary,
        rope.context(stated, ConfigReader.MAX_TOKENS),
        epsilon(),
        qwen3,
        !qwen3 && hasBias(layers, "self_attn.", QKV),
        llama && hasBias(layers, "self_attn.", List.of("o_proj")),
        llama && hasBias(layers, "mlp.", MLP),
        !checkpoint.has(ModelTensors.HEAD),
        rope,
        ends(vocabulary));
  }

  private void refuseUnsupported() {
    NEUTRAL.forEach(
        (field, neutral) -> {
          OptionalDouble value = fields.number(field);
          if (value.isPresent() && value.getAsDouble() != neutral) {
            throw fields.wrong(field, "is " + value.getAsDouble() + ", which is not supported");
          }
        });
    String prefix = fields.key("attention.");
    for (String key : fields.metadata().keys()) {
      String field = key.substring(Math.min(key.length(), fields.key("").length()));
      if (key.startsWith(prefix) && !KNOWN.contains(field) && !NEUTRAL.containsKey(field)) {
        throw fields.metadata().wrong(key, "is a setting of attention that is not supported");
      }
    }
    if (!fields.flag(CAUSAL).orElse(true)) {
      throw fields.wrong(CAUSAL, "is false: attention to later tokens is not supported");
    }
    OptionalLong window = fields.integer(WINDOW);
    if (window.isPresent()
        && window.getAsLong() != 0
        && window.getAsLong() < fields.positive(CONTEXT, ConfigReader.MAX_TOKENS)) {
      throw fields.wrong(
          WINDOW, "is " + window.getAsLong() + ": sliding windows are not supported");
    }
  }

  private int headDim(int hidden, int heads) {
    String field = fields.has(KEY_LENGTH) ? KEY_LENGTH : HEADS;
    int headDim =
        fields.positive(KEY_LENGTH, ConfigReader.MAX_WIDTH, derivedHeadDim(hidden, heads));
    if (headDim % 2 != 0 || (long) headDim * heads > ConfigReader.MAX_WIDTH) {
      throw fields.wrong(field, "makes heads of " + headDim + ": odd, or too large for " + heads);
    }
    int values = fields.positive(VALUE_LENGTH, ConfigReader.MAX_WIDTH, headDim);
    if (values != headDim) {
      throw fields.wrong(
          VALUE_LENGTH, "is " + values + ", and the key heads have " + headDim + " elements");
    }
    return headDim;
  }

  /** Returns the head's size of a file that does not state it. */
  private int derivedHeadDim(int hidden, int heads) {
    // Qwen3's heads need not fill the width.
    TensorInfo queries = checkpoint.tensors().get(LAYER + "0.self_attn.q_proj.weight");
    boolean byShape = architecture.equals(QWEN3) && queries != null;
    long size = byShape ? queries.shape().getFirst() : hidden;
    if (!fields.has(KEY_LENGTH) && size % heads != 0) {
      throw fields.wrong(
          HEADS, "is " + heads + ", which does not divide " + size + ", and key_length is missing");
    }
    return (int) Math.min(size / heads, ConfigReader.MAX_WIDTH);
  }

  private int vocabulary() {
    TensorInfo embedding = checkpoint.tensors().get(EMBEDDING);
    if (embedding == null) {
      throw new UserError(
          checkpoint.location().toString(),
          "tensor token_embd.weight is missing",
          "fetch the model again");
    }
    long rows = embedding.shape().size() == 1 ? 1 : embedding.shape().getFirst();
    if (rows > ConfigReader.MAX_TOKENS) {
      throw new UserError(
          checkpoint.location().toString(),
          "tensor " + embedding.name() + " has " + rows + " rows",
          "use a model with at most " + ConfigReader.MAX_TOKENS + " tokens");
    }
    int tokens = fields.metadata().length(TOKENS).orElse(0);
    if (tokens > rows) {
      throw fields
          .metadata()
          .wrong(
              TOKENS,
              "has " + tokens + " tokens, and tensor " + embedding.name() + " " + rows + " rows");
    }
    return (int) rows;
  }

  private float epsilon() {
    double epsilon =
        fields.number(EPSILON).orElseThrow(() -> fields.metadata().missing(fields.key(EPSILON)));
    if (!(epsilon >= 0 && epsilon <= 1)) {
      throw fields.wrong(EPSILON, "is " + epsilon + ", not a number from 0 to 1");
    }
    return (float) epsilon;
  }

  private boolean hasBias(int layers, String block, List<String> parts) {
    return IntStream.range(0, layers)
        .mapToObj(layer -> LAYER + layer + "." + block)
        .anyMatch(prefix -> parts.stream().anyMatch(p -> checkpoint.has(prefix + p + ".bias")));
  }

  private List<Integer> ends(int vocabulary) {
    return ENDS.stream().flatMap(key -> end(key, vocabulary)).distinct().toList();
  }

  private Stream<Integer> end(String key, int vocabulary) {
    OptionalLong id = fields.metadata().integer(key);
    if (id.isPresent() && (id.getAsLong() < 0 || id.getAsLong() >= vocabulary)) {
      throw fields
          .metadata()
          .wrong(key, "is " + id.getAsLong() + ", outside the vocabulary of " + vocabulary);
    }
    return id.stream().boxed().map(Long::intValue);
  }
}
