package kvasir.text;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Writer of a tokenizer.json from the tokens and the encoding of a GGUF file.
 *
 * <p>All tokens are in the model's vocabulary, the marks too: the library gives tokens that are
 * only in the list of added tokens the ids behind the vocabulary, whatever the list says.
 */
final class BpeJson {
  private static final byte[] NOTHING = {};

  private final GgufTokens tokens;
  private final BpeForm form;
  private final JsonGenerator json;

  private BpeJson(GgufTokens tokens, BpeForm form, JsonGenerator json) {
    this.tokens = tokens;
    this.form = form;
    this.json = json;
  }

  /** Returns the text for the library, and the parts that Kvasir uses itself. */
  static TokenizerJson.Parts parts(GgufTokens tokens, BpeForm form) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonMapper().createGenerator(text)) {
      new BpeJson(tokens, form, json).write();
    } catch (IOException e) {
      throw new IllegalStateException("a text in memory that cannot be written", e);
    }
    return new TokenizerJson.Parts(
        text.toString(), vocabulary(tokens, form), form.decoder(), form.around().prefix());
  }

  private static Vocabulary vocabulary(GgufTokens tokens, BpeForm form) {
    Map<Integer, String> texts = HashMap.newHashMap(tokens.size());
    Map<Integer, String> special = new LinkedHashMap<>();
    Map<Integer, byte[]> bytes = new HashMap<>();
    TokenBytes decoder = TokenBytes.of(form.decoder()).orElseThrow();
    for (int id = 0; id < tokens.size(); id++) {
      TokenKind kind = tokens.kind(id);
      texts.put(id, tokens.text(id));
      if (kind == TokenKind.CONTROL) {
        special.put(id, tokens.text(id));
      } else if (kind == TokenKind.UNKNOWN) {
        bytes.put(id, NOTHING);
      } else if ((kind == TokenKind.USER_DEFINED && form.literalMarks()) || !tokens.isUtf8(id)) {
        bytes.put(id, tokens.bytes(id));
      } else if (!tokens.isWritten(id)) {
        bytes.put(id, decoder.of(tokens.text(id), false));
      }
    }
    return new Vocabulary(texts, special, bytes, null);
  }

  private void write() throws IOException {
    json.writeStartObject();
    json.writeStringField("version", "1.0");
    json.writeNullField("truncation");
    json.writeNullField("padding");
    writeMarks();
    json.writeFieldName("normalizer");
    json.writeTree(form.normalizer());
    json.writeFieldName("pre_tokenizer");
    json.writeTree(form.preTokenizer());
    writePostProcessor();
    json.writeFieldName("decoder");
    json.writeTree(form.decoder());
    writeModel();
    json.writeEndObject();
  }

  private void writeMarks() throws IOException {
    json.writeArrayFieldStart("added_tokens");
    for (int id = 0; id < tokens.size(); id++) {
      if (tokens.isMark(id)) {
        boolean control = tokens.kind(id) == TokenKind.CONTROL;
        json.writeStartObject();
        json.writeNumberField("id", id);
        json.writeStringField("content", tokens.text(id));
        json.writeBooleanField("single_word", false);
        json.writeBooleanField("lstrip", false);
        json.writeBooleanField("rstrip", false);
        json.writeBooleanField("normalized", !control && !form.literalMarks());
        json.writeBooleanField("special", control);
        json.writeEndObject();
      }
    }
    json.writeEndArray();
  }

  private void writePostProcessor() throws IOException {
    BpeForm.Around around = form.around();
    if (around.begin().isEmpty() && around.end().isEmpty()) {
      json.writeNullField("post_processor");
      return;
    }
    json.writeObjectFieldStart("post_processor");
    json.writeStringField("type", "TemplateProcessing");
    json.writeArrayFieldStart("single");
    writeSpecial("begin", around.begin());
    writePiece("Sequence", "A");
    writeSpecial("end", around.end());
    json.writeEndArray();
    // Never used, but the library requires it.
    json.writeArrayFieldStart("pair");
    writePiece("Sequence", "A");
    writePiece("Sequence", "B");
    json.writeEndArray();
    json.writeObjectFieldStart("special_tokens");
    define("begin", around.begin());
    define("end", around.end());
    json.writeEndObject();
    json.writeEndObject();
  }

  private void writeSpecial(String name, OptionalInt id) throws IOException {
    if (id.isPresent()) {
      writePiece("SpecialToken", name);
    }
  }

  private void writePiece(String kind, String name) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart(kind);
    json.writeStringField("id", name);
    json.writeNumberField("type_id", 0);
    json.writeEndObject();
    json.writeEndObject();
  }

  private void define(String name, OptionalInt id) throws IOException {
    if (id.isEmpty()) {
      return;
    }
    json.writeObjectFieldStart(name);
    json.writeStringField("id", name);
    json.writeArrayFieldStart("ids");
    json.writeNumber(id.getAsInt());
    json.writeEndArray();
    json.writeArrayFieldStart("tokens");
    json.writeString(tokens.spelling(id.getAsInt()));
    json.writeEndArray();
    json.writeEndObject();
  }

  private void writeModel() throws IOException {
    BpeForm.Model model = form.model();
    json.writeObjectFieldStart("model");
    json.writeStringField("type", "BPE");
    json.writeNullField("dropout");
    if (model.unknown().isPresent()) {
      json.writeStringField("unk_token", tokens.spelling(model.unknown().getAsInt()));
    } else {
      json.writeNullField("unk_token");
    }
    json.writeNullField("continuing_subword_prefix");
    json.writeNullField("end_of_word_suffix");
    json.writeBooleanField("fuse_unk", true);
    json.writeBooleanField("byte_fallback", model.byteFallback());
    json.writeBooleanField("ignore_merges", model.wholeWords());
    json.writeObjectFieldStart("vocab");
    for (int id = 0; id < tokens.size(); id++) {
      json.writeNumberField(tokens.spelling(id), id);
    }
    json.writeEndObject();
    json.writeArrayFieldStart("merges");
    for (Merge merge : model.merges()) {
      json.writeStartArray();
      json.writeString(merge.left());
      json.writeString(merge.right());
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
