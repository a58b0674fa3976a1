package kvasir.weights;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names that tensors of GGUF files have in Hugging Face's layout. Source: the tables of gguf-py,
 * {@code constants.py} and {@code tensor_mapping.py}.
 *
 * <pre>
 *   token_embd.weight       model.embed_tokens.weight
 *   blk.3.attn_q.weight     model.layers.3.self_attn.q_proj.weight
 *   output.weight           lm_head.weight
 * </pre>
 */
public final class GgufNames {
  private static final Pattern LAYER = Pattern.compile("blk\\.(\\d{1,9})\\.(\\w+)\\.(\\w+)");
  private static final Pattern WHOLE = Pattern.compile("(\\w+)\\.(\\w+)");
  private static final Pattern TAKEN = Pattern.compile("(model|layers|lm_head|embed_tokens)\\..*");

  private static final Map<String, String> WHOLE_PARTS =
      Map.of(
          "token_embd", "model.embed_tokens",
          "output_norm", "model.norm",
          "output", "lm_head");

  private static final Map<String, String> LAYER_PARTS =
      Map.ofEntries(
          Map.entry("attn_norm", "input_layernorm"),
          Map.entry("attn_q", "self_attn.q_proj"),
          Map.entry("attn_k", "self_attn.k_proj"),
          Map.entry("attn_v", "self_attn.v_proj"),
          Map.entry("attn_output", "self_attn.o_proj"),
          Map.entry("attn_q_norm", "self_attn.q_norm"),
          Map.entry("attn_k_norm", "self_attn.k_norm"),
          Map.entry("ffn_norm", "post_attention_layernorm"),
          Map.entry("ffn_gate", "mlp.gate_proj"),
          Map.entry("ffn_up", "mlp.up_proj"),
          Map.entry("ffn_down", "mlp.down_proj"));

  private GgufNames() {}

  /**
   * Returns the name of a tensor in Hugging Face's layout. A tensor without one keeps its name, or
   * gets one that no model has if a model could ask for it.
   */
  static String huggingFace(String name) {
    Matcher layer = LAYER.matcher(name);
    if (layer.matches() && LAYER_PARTS.containsKey(layer.group(2))) {
      String part = LAYER_PARTS.get(layer.group(2));
      return "model.layers." + layer.group(1) + "." + part + "." + layer.group(3);
    }
    Matcher whole = WHOLE.matcher(name);
    if (whole.matches() && WHOLE_PARTS.containsKey(whole.group(1))) {
      return WHOLE_PARTS.get(whole.group(1)) + "." + whole.group(2);
    }
    return TAKEN.matcher(name).matches() ? "gguf:" + name : name;
  }

  /** Returns the name in a GGUF file of a tensor that Hugging Face's layout names. */
  public static String gguf(String name) {
    for (Map.Entry<String, String> part : WHOLE_PARTS.entrySet()) {
      if (name.startsWith(part.getValue() + ".")) {
        return part.getKey() + name.substring(part.getValue().length());
      }
    }
    Matcher layer = Pattern.compile("model\\.layers\\.(\\d+)\\.(.+)\\.(\\w+)").matcher(name);
    if (layer.matches()) {
      for (Map.Entry<String, String> part : LAYER_PARTS.entrySet()) {
        if (part.getValue().equals(layer.group(2))) {
          return "blk." + layer.group(1) + "." + part.getKey() + "." + layer.group(3);
        }
      }
    }
    return name;
  }
}
