package kvasir.launch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import kvasir.error.UserError;
import kvasir.file.Json;

/**
 * One piece of work for the ranks of a world, as it is sent from the user's process to each rank. A
 * command line is not used for it: a long prompt would not fit, a shell on the way could change it,
 * and other users could read it.
 *
 * @param job name of the work
 * @param world settings of the world of ranks
 * @param settings settings of the work: a record as JSON
 * @param text text that the work reads, on rank 0 only; null if it reads none
 */
public record Order(String job, WorldSettings world, JsonNode settings, String text) {
  /** The only argument of a process that reads an order from its standard input. */
  static final String ON_STANDARD_INPUT = "kvasir-order-on-standard-input";

  /**
   * Names of settings that may differ from rank to rank, since they change no message and no bit.
   */
  private static final List<String> OWN =
      List.of("model", "threads", "kernels", "bind", "vectorBits", "debug");

  /**
   * Returns an order without a text.
   *
   * @param settings record that JSON can represent
   */
  public static Order of(String job, WorldSettings world, Object settings) {
    return new Order(job, world, Json.tree(settings), null);
  }

  /**
   * Returns the settings as the record that they were made from.
   *
   * @throws UserError if another version of the program made them
   */
  public <T> T settings(Class<T> type) {
    try {
      return Json.read(settings, type);
    } catch (JsonProcessingException e) {
      throw notUnderstood(e);
    }
  }

  /**
   * Returns a copy of this order with another text.
   *
   * @param read the text, or null
   */
  public Order withText(String read) {
    return new Order(job, world, settings, read);
  }

  /** Returns this order as one line of JSON. */
  public String encode() {
    return Json.line(this);
  }

  /**
   * Parses a line that {@link #encode} returned.
   *
   * @throws UserError if another version of the program wrote it
   */
  public static Order decode(String line) {
    try {
      return Json.read(line, Order.class);
    } catch (JsonProcessingException e) {
      throw notUnderstood(e);
    }
  }

  /**
   * Reads the order from standard input if this process was started to do one; otherwise empty.
   *
   * @param words arguments of the process
   */
  static Optional<Order> given(String... words) {
    if (words.length != 1 || !words[0].equals(ON_STANDARD_INPUT)) {
      return Optional.empty();
    }
    try {
      // Not closed: the stream ends when the process that wrote the order ends. No byte behind the
      // line is read, since the work may read the rest.
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int next = System.in.read(); next >= 0 && next != '\n'; next = System.in.read()) {
        line.write(next);
      }
      return Optional.of(decode(line.toString(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UserError(words[0], "cannot be read", "give a command and its options", e);
    }
  }

  /** Returns the part of this order that must be equal on all ranks, as text. */
  public String common() {
    JsonNode all = Json.tree(withText(null));
    for (JsonNode part : List.of(all, all.path("world"), all.path("settings"))) {
      without(part);
      part.forEach(Order::without);
    }
    return all.toString();
  }

  private static void without(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove(OWN);
    }
  }

  private static UserError notUnderstood(Exception cause) {
    return new UserError(
        "rank",
        "does not understand what started it",
        "install the same version on every host",
        cause);
  }
}
