package kvasir.cli.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Consumer;
import kvasir.file.Json;

/** Reader of the events of one streamed answer. Used by one thread at a time. */
final class AnswerReader {
  private static final String DATA = "data:";
  private static final String DONE = "[DONE]";

  private final Consumer<Piece> sink;
  private final long begin = System.nanoTime();
  private final StringBuilder text = new StringBuilder();
  private String reason = "";
  private long pieces;
  private long promptTokens;
  private long tokens;
  private double firstSeconds;
  private boolean done;

  /**
   * @param sink receives each piece as it comes
   */
  AnswerReader(Consumer<Piece> sink) {
    this.sink = sink;
  }

  /**
   * Takes a line of the stream; others than data are passed over.
   *
   * @throws ChatFailure if it is an error, or not an event
   */
  void take(String line) {
    if (!line.startsWith(DATA)) {
      return;
    }
    String data = line.substring(DATA.length()).strip();
    if (data.equals(DONE)) {
      done = true;
      return;
    }
    try {
      take(Json.read(data));
    } catch (JsonProcessingException e) {
      throw new ChatFailure("the server sent an event that is not JSON: " + data, e);
    }
  }

  private void take(JsonNode event) {
    if (event.has("error")) {
      throw new ChatFailure(ErrorBody.message(event), null);
    }
    JsonNode usage = event.path("usage");
    if (usage.isObject()) {
      promptTokens = usage.path("prompt_tokens").asLong();
      tokens = usage.path("completion_tokens").asLong();
    }
    JsonNode choice = event.path("choices").path(0);
    JsonNode delta = choice.path("delta");
    add(delta.path("reasoning_content"), true);
    add(delta.path("content"), false);
    if (choice.path("finish_reason").isTextual()) {
      reason = choice.path("finish_reason").textValue();
    }
  }

  private void add(JsonNode field, boolean thought) {
    String piece = field.isTextual() ? field.textValue() : "";
    if (piece.isEmpty()) {
      return;
    }
    if (pieces++ == 0) {
      firstSeconds = seconds();
    }
    if (!thought) {
      text.append(piece);
    }
    sink.accept(new Piece(piece, thought));
  }

  private double seconds() {
    return (System.nanoTime() - begin) / 1e9;
  }

  boolean done() {
    return done;
  }

  /**
   * Returns the answer as far as it has come.
   *
   * @param stopped whether the user has stopped it
   */
  Answer answer(boolean stopped) {
    return new Answer(
        text.toString(),
        stopped ? Answer.STOPPED : reason,
        promptTokens,
        tokens > 0 ? tokens : pieces,
        firstSeconds,
        seconds());
  }
}
