package kvasir.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reader of the fields that completions and chats have in common, besides sampling. */
final class CommonFields {
  /** Largest number of choices of one prompt. */
  static final int MAX_CHOICES = 128;

  /** Largest number of likeliest tokens that are listed with each token. */
  static final int MAX_LOGPROBS = 20;

  private static final int MAX_STOPS = 1024;
  private static final int MAX_STOP_CHARACTERS = 1 << 16;

  private CommonFields() {}

  /**
   * Checks the name of the model.
   *
   * @throws ApiError if the request names another model
   */
  static void checkModel(Fields fields, ServedModel model) {
    Optional<String> name = fields.text("model").filter(text -> !text.isEmpty());
    if (name.isPresent() && !name.get().equals(model.id())) {
      throw unknownModel(name.get(), model);
    }
  }

  /** Returns the error for the name of a model that is not served. */
  static ApiError unknownModel(String name, ServedModel model) {
    return ApiError.request(
        404,
        "model_not_found",
        "the model \"%s\" does not exist; this server has \"%s\""
            .formatted(ApiError.quoted(name), model.id()));
  }

  /** Returns the number of choices of each prompt. */
  static int choices(Fields fields) {
    int choices = (int) fields.whole("n", 1, MAX_CHOICES).orElse(1);
    OptionalLong best = fields.whole("best_of", 1, MAX_CHOICES);
    if (best.isPresent() && best.getAsLong() != choices) {
      throw ApiError.invalid("best_of", "best_of is not supported; leave it out");
    }
    return choices;
  }

  /** Returns a limit of tokens; one beyond those of an integer is the largest integer. */
  static OptionalInt limit(Fields fields, String name, int least) {
    OptionalLong limit = fields.whole(name, least, Long.MAX_VALUE);
    return limit.isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of((int) Math.min(Integer.MAX_VALUE, limit.getAsLong()));
  }

  /** Returns the stop strings; empty ones and nulls are left out. */
  static List<String> stops(Fields fields) {
    List<String> stops = new ArrayList<>();
    Optional<JsonNode> given = fields.value("stop");
    if (given.isEmpty()) {
      return stops;
    }
    JsonNode value = given.get();
    if (!value.isTextual() && !value.isArray()) {
      throw Fields.unlike("stop", "a text or a list of texts", value);
    }
    if (value.size() > MAX_STOPS) {
      throw ApiError.invalid(
          "stop", "stop has %,d texts; give at most %,d".formatted(value.size(), MAX_STOPS));
    }
    int characters = 0;
    for (JsonNode stop : value.isArray() ? value : List.of(value)) {
      String text = stop.isNull() ? "" : Fields.text("stop[" + stops.size() + "]", stop);
      characters += text.length();
      if (characters > MAX_STOP_CHARACTERS) {
        throw ApiError.invalid(
            "stop", "stop has more than %,d characters".formatted(MAX_STOP_CHARACTERS));
      }
      if (!text.isEmpty()) {
        stops.add(text);
      }
    }
    return stops;
  }

  /** Returns whether a stream ends with counts. */
  static boolean includeUsage(Fields fields) {
    return fields.object("stream_options").map(o -> o.flag("include_usage", false)).orElse(false);
  }

  /**
   * Checks that a prompt fits the context.
   *
   * @param tokens number of tokens of the prompt
   * @param param field of the prompt
   */
  static void checkLength(int tokens, String param, ServedModel model) {
    if (tokens > model.context()) {
      throw ApiError.invalid(
          param,
          "context_length_exceeded",
          "This model's maximum context length is %d tokens. However, your prompt has %d tokens."
              .formatted(model.context(), tokens));
    }
  }

  /** Refuses fields that this server does not support, if they say something. */
  static void refuse(Fields fields, String... names) {
    for (String name : names) {
      if (fields.says(name)) {
        throw ApiError.invalid(name, name + " is not supported; leave it out");
      }
    }
  }
}
