package kvasir.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kvasir.text.IncrementalDecoder;

/** Prompts of one request, read from texts or token ids. */
final class PromptReader {
  /** Largest number of prompts of one request. */
  private static final int MAX_PROMPTS = 1024;

  /** No token has more characters than this on average, so that a longer text is not encoded. */
  private static final int MAX_CHARACTERS_OF_TOKEN = 64;

  private final ServedModel model;
  private final Optional<List<String>> texts;
  private final List<int[]> prompts = new ArrayList<>();

  /**
   * Creates a reader without prompts.
   *
   * @param texts takes the text of each prompt, if it is wanted
   */
  PromptReader(ServedModel model, Optional<List<String>> texts) {
    this.model = model;
    this.texts = texts;
  }

  /** Takes a text, which is read with its special tokens. */
  void text(String path, JsonNode value) {
    String text = Fields.text(path, value);
    if (text.length() > (long) MAX_CHARACTERS_OF_TOKEN * model.context()) {
      CommonFields.checkLength(text.length() / MAX_CHARACTERS_OF_TOKEN, path, model);
    }
    add(path, model.tokenizer().encode(text), text);
  }

  /** Takes a list of token ids. */
  void ids(String path, JsonNode value) {
    if (!value.isArray()) {
      throw Fields.unlike(path, "token ids in each list", value);
    }
    int[] ids = new int[value.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = id(path, value.get(i));
    }
    add(path, ids, texts.isEmpty() ? "" : decode(ids));
  }

  private int id(String path, JsonNode value) {
    try {
      return (int) Fields.whole(path, value, 0, model.vocabulary() - 1L);
    } catch (ApiError e) {
      throw ApiError.invalid(
          path,
          "%s must have token ids from 0 to %d, not %s"
              .formatted(path, model.vocabulary() - 1, Fields.kind(value)));
    }
  }

  private String decode(int[] ids) {
    IncrementalDecoder decoder = IncrementalDecoder.of(model.tokenizer(), new int[0]);
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(
          model
              .tokenizer()
              .specialToken(id)
              .map(special -> decoder.finish() + special)
              .orElseGet(() -> decoder.next(id)));
    }
    return text.append(decoder.finish()).toString();
  }

  private void add(String path, int[] ids, String text) {
    if (ids.length == 0) {
      throw ApiError.invalid(path, path + " has no tokens");
    }
    CommonFields.checkLength(ids.length, path, model);
    if (prompts.size() == MAX_PROMPTS) {
      throw ApiError.invalid(path, "there are more than %,d prompts".formatted(MAX_PROMPTS));
    }
    prompts.add(ids);
    texts.ifPresent(all -> all.add(text));
  }

  /** Returns the ids of all prompts. */
  List<int[]> prompts() {
    return prompts;
  }
}
