package kvasir.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import kvasir.file.Json;

/**
 * Writer of an answer as server-sent events, each of which is sent at once. An event is {@code
 * data: }, one line of JSON and two line feeds.
 */
final class StreamWriter implements AnswerWriter {
  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] KEEP_ALIVE = ": keep-alive\n\n".getBytes(StandardCharsets.US_ASCII);

  private final AnswerForm form;
  private final boolean includeUsage;
  private final Supplier<OutputStream> open;
  private final Map<Integer, ObjectNode> attention = new HashMap<>();
  private OutputStream out;

  /**
   * Creates the writer of a stream that has not begun.
   *
   * @param includeUsage whether the counts come before the end
   * @param open sends the head of the answer
   */
  StreamWriter(AnswerForm form, boolean includeUsage, Supplier<OutputStream> open) {
    this.form = form;
    this.includeUsage = includeUsage;
    this.open = open;
  }

  @Override
  public void begin() {
    out = open.get();
    form.opening().forEach(this::event);
  }

  @Override
  public void piece(int index, Piece piece) {
    form.pieces(index, piece).forEach(this::event);
  }

  @Override
  public void attended(int index, ObjectNode counted) {
    attention.put(index, counted);
  }

  @Override
  public void finished(int index, EndReason reason) {
    List<ObjectNode> events = form.end(index, reason);
    if (attention.containsKey(index)) {
      ObjectNode choice = (ObjectNode) events.getLast().path("choices").path(0);
      choice.set(ChoiceAttention.FIELD, attention.remove(index));
    }
    events.forEach(this::event);
  }

  @Override
  public void keepAlive() {
    write(KEEP_ALIVE);
  }

  @Override
  public void done(Usage usage) {
    if (includeUsage) {
      event(form.counts(usage));
    }
    data(DONE);
    close();
  }

  @Override
  public void failed(ApiError error) {
    if (out == null) {
      throw error;
    }
    event(error.json());
    close();
  }

  private void event(Object json) {
    data(Json.bytes(json));
  }

  private void data(byte[] line) {
    byte[] event = new byte[DATA.length + line.length + END.length];
    System.arraycopy(DATA, 0, event, 0, DATA.length);
    System.arraycopy(line, 0, event, DATA.length, line.length);
    System.arraycopy(END, 0, event, DATA.length + line.length, END.length);
    write(event);
  }

  private void write(byte[] bytes) {
    try {
      out.write(bytes);
      out.flush();
    } catch (IOException e) {
      throw new ClientGone(e);
    }
  }

  private void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw new ClientGone(e);
    }
  }
}
