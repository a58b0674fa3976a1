package kvasir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import kvasir.EditedModel.Tensor;

/**
 * A model that continues by a fixed table: the next token depends on the last one alone. Its
 * embedding has rows of random signs, its projections are zero, and row b of its head is the sum of
 * the embeddings of the tokens that b follows.
 */
public final class ScriptedModel {
  /** Tokens of {@link #byteFallbackTokenizer}: the marks, then the bytes, the blank, a to z. */
  public static final int BEGIN = 1;

  public static final int END = 2;
  public static final int BLANK = 259;
  public static final int VOCABULARY = 286;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int HIDDEN = 128;

  private ScriptedModel() {}

  /** The token of a byte. */
  public static int ofByte(int value) {
    return 3 + value;
  }

  /** The token of a letter from a to z. */
  public static int ofLetter(char letter) {
    return BLANK + 1 + letter - 'a';
  }

  /** A tokenizer like SentencePiece's, which puts {@code <s>} in front of a text. */
  public static ObjectNode byteFallbackTokenizer() {
    ObjectNode root =
        read(
            """
            {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
             "normalizer": {"type": "Sequence", "normalizers": [
               {"type": "Prepend", "prepend": "\u2581"},
               {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]},
             "pre_tokenizer": null,
             "post_processor": {"type": "TemplateProcessing",
               "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
               "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
               "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
             "decoder": {"type": "Sequence", "decoders": [
               {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "}, {"type": "ByteFallback"},
               {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
             "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null,
               "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": true, "ignore_merges": false,
               "vocab": {"<unk>": 0, "<s>": 1, "</s>": 2}, "merges": []}}
            """);
    ObjectNode vocabulary = (ObjectNode) root.get("model").get("vocab");
    for (int value = 0; value < 256; value++) {
      vocabulary.put(String.format("<0x%02X>", value), ofByte(value));
    }
    vocabulary.put("\u2581", BLANK);
    for (char letter = 'a'; letter <= 'z'; letter++) {
      vocabulary.put(String.valueOf(letter), ofLetter(letter));
    }
    ArrayNode added = (ArrayNode) root.get("added_tokens");
    for (String mark : List.of("<unk>", "<s>", "</s>")) {
      ObjectNode token = added.addObject().put("id", added.size() - 1).put("content", mark);
      for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
        token.put(flag, false);
      }
      token.put("special", true);
    }
    return root;
  }

  private static ObjectNode read(String text) {
    try {
      return (ObjectNode) JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes a model.
   *
   * @param follows the next token of each token; a token that is not in it has none
   */
  public static Path write(Path folder, Map<Integer, Integer> follows) {
    try {
      Files.createDirectories(folder);
      EditedModel.write(folder.resolve("model.safetensors"), tensors(follows));
      put(folder, "tokenizer.json", byteFallbackTokenizer());
      put(
          folder,
          "config.json",
          read(
              """
              {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 128,
               "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
               "num_key_value_heads": 1, "vocab_size": 286, "max_position_embeddings": 8192,
               "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": false,
               "eos_token_id": 2}
              """));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a JSON file. */
  public static void put(Path folder, String name, JsonNode content) throws IOException {
    Files.writeString(folder.resolve(name), JSON.writeValueAsString(content));
  }

  private static Map<String, Tensor> tensors(Map<Integer, Integer> follows) {
    Random random = new Random(5);
    float[] embedding = new float[VOCABULARY * HIDDEN];
    for (int i = 0; i < embedding.length; i++) {
      embedding[i] = random.nextBoolean() ? 1 : -1;
    }
    float[] head = new float[embedding.length];
    follows.forEach(
        (token, next) -> {
          for (int i = 0; i < HIDDEN; i++) {
            head[next * HIDDEN + i] += embedding[token * HIDDEN + i];
          }
        });
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("model.embed_tokens.weight", Tensor.bf16(List.of(VOCABULARY, HIDDEN), embedding));
    String layer = "model.layers.0.";
    for (String norm : List.of("input_layernorm", "post_attention_layernorm")) {
      tensors.put(layer + norm + ".weight", filled(1, HIDDEN));
    }
    tensors.put(layer + "self_attn.q_proj.weight", filled(0, HIDDEN, HIDDEN));
    tensors.put(layer + "self_attn.k_proj.weight", filled(0, HIDDEN / 2, HIDDEN));
    tensors.put(layer + "self_attn.v_proj.weight", filled(0, HIDDEN / 2, HIDDEN));
    tensors.put(layer + "self_attn.o_proj.weight", filled(0, HIDDEN, HIDDEN));
    tensors.put(layer + "mlp.gate_proj.weight", filled(0, 32, HIDDEN));
    tensors.put(layer + "mlp.up_proj.weight", filled(0, 32, HIDDEN));
    tensors.put(layer + "mlp.down_proj.weight", filled(0, HIDDEN, 32));
    tensors.put("model.norm.weight", filled(1, HIDDEN));
    tensors.put("lm_head.weight", Tensor.bf16(List.of(VOCABULARY, HIDDEN), head));
    return tensors;
  }

  private static Tensor filled(float value, Integer... shape) {
    float[] values = new float[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    Arrays.fill(values, value);
    return Tensor.bf16(Collections.unmodifiableList(Arrays.asList(shape)), values);
  }
}
