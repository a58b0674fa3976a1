package kvasir.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import kvasir.file.PathKind;
import kvasir.file.StrictJson;
import kvasir.file.TextFile;
import kvasir.file.gguf.GgufMetadata;
import kvasir.file.gguf.GgufModel;
import kvasir.file.gguf.GgufPath;

/**
 * The chat templates in a model's files, and the tokens that templates name. A file {@code
 * chat_template.jinja} replaces those of {@code tokenizer_config.json}; a GGUF file has its own in
 * its metadata.
 *
 * @param where name of the file with the templates in messages
 * @param templates the templates by their names, of which {@link #DEFAULT} is the usual one; empty
 *     if the model has none
 * @param begin spelling of the token that begins a text
 * @param end spelling of the token that ends one
 */
public record ChatTemplateFiles(
    String where, Map<String, String> templates, Optional<String> begin, Optional<String> end) {
  /** Name of the usual template. */
  public static final String DEFAULT = "default";

  private static final String WITH_TOOLS = "tool_use";
  private static final String KEY = "tokenizer.chat_template";
  private static final long MAX_BYTES = 16 << 20;
  private static final String REMEDY = "fetch it again";

  public ChatTemplateFiles {
    templates = Map.copyOf(templates);
  }

  /**
   * Reads the templates of a model.
   *
   * @param model the model's directory, or a GGUF file
   * @throws kvasir.error.UserError if a file cannot be read
   */
  public static ChatTemplateFiles read(Path model) {
    Optional<Path> gguf = GgufPath.find(model);
    return gguf.isPresent() ? of(GgufModel.read(gguf.get()).metadata()) : ofFolder(model);
  }

  /** Returns the text of a single template, without tokens. */
  public static ChatTemplateFiles of(String where, String template) {
    return new ChatTemplateFiles(
        where, Map.of(DEFAULT, template), Optional.empty(), Optional.empty());
  }

  /**
   * Returns the name of the template for a conversation.
   *
   * @param tools true if the conversation has tools
   */
  public String chosen(boolean tools) {
    if (tools && templates.containsKey(WITH_TOOLS)) {
      return WITH_TOOLS;
    }
    return templates.containsKey(DEFAULT) ? DEFAULT : templates.keySet().iterator().next();
  }

  private static ChatTemplateFiles ofFolder(Path folder) {
    Path config = folder.resolve("tokenizer_config.json");
    Path separate = folder.resolve("chat_template.jinja");
    JsonNode root =
        PathKind.of(config) == PathKind.FILE
            ? StrictJson.object(config, MAX_BYTES, REMEDY)
            : JsonNodeFactory.instance.objectNode();
    boolean own = PathKind.of(separate) == PathKind.FILE;
    Map<String, String> templates =
        own
            ? Map.of(DEFAULT, TextFile.read(separate, separate.toString(), MAX_BYTES, REMEDY))
            : named(root.path("chat_template"));
    return new ChatTemplateFiles(
        (own ? separate : config).toString(),
        templates,
        token(root.path("bos_token")),
        token(root.path("eos_token")));
  }

  private static Map<String, String> named(JsonNode field) {
    Map<String, String> templates = new LinkedHashMap<>();
    if (field.isTextual()) {
      templates.put(DEFAULT, field.textValue());
    }
    for (JsonNode each : field.isArray() ? field : List.<JsonNode>of()) {
      if (each instanceof ObjectNode && each.path("template").isTextual()) {
        templates.put(each.path("name").asText(DEFAULT), each.path("template").textValue());
      }
    }
    return templates;
  }

  private static Optional<String> token(JsonNode field) {
    JsonNode text = field.isObject() ? field.path("content") : field;
    return text.isTextual() ? Optional.of(text.textValue()) : Optional.empty();
  }

  private static ChatTemplateFiles of(GgufMetadata metadata) {
    Map<String, String> templates = new LinkedHashMap<>();
    metadata.text(KEY).ifPresent(text -> templates.put(DEFAULT, text));
    for (String key : metadata.keys()) {
      if (key.startsWith(KEY + ".")) {
        metadata.text(key).ifPresent(t -> templates.put(key.substring(KEY.length() + 1), t));
      }
    }
    return new ChatTemplateFiles(
        metadata.file() + " " + KEY,
        templates,
        token(metadata, GgufTokens.BEGIN),
        token(metadata, GgufTokens.END));
  }

  private static Optional<String> token(GgufMetadata metadata, String key) {
    OptionalLong id = metadata.integer(key);
    Optional<List<byte[]>> tokens = metadata.texts(GgufTokens.TOKENS);
    boolean known =
        id.isPresent()
            && tokens.isPresent()
            && id.getAsLong() >= 0
            && id.getAsLong() < tokens.get().size();
    return known
        ? Optional.of(new String(tokens.get().get((int) id.getAsLong()), StandardCharsets.UTF_8))
        : Optional.empty();
  }
}
