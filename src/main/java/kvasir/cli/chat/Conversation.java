package kvasir.cli.chat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import kvasir.error.UserError;
import kvasir.file.Json;
import kvasir.file.WholeFile;

/** The messages of a conversation. Used by one thread at a time. */
final class Conversation {
  private final Optional<String> system;
  private final ArrayNode messages = Json.object().arrayNode();
  private Optional<Path> saved = Optional.empty();

  /**
   * @param system the system's turn, with which the conversation begins
   */
  Conversation(Optional<String> system) {
    this.system = system;
    clear();
  }

  /** Forgets all turns but the system's. */
  void clear() {
    messages.removeAll();
    system.ifPresent(text -> add("system", text));
  }

  void add(String role, String text) {
    messages.addObject().put("role", role).put("content", text);
  }

  /** Takes the last turn back. */
  void removeLast() {
    messages.remove(messages.size() - 1);
  }

  int turns() {
    return messages.size();
  }

  /** Returns an object with the messages so far, in the form of the API. */
  ObjectNode json() {
    ObjectNode object = Json.object();
    object.set("messages", messages.deepCopy());
    return object;
  }

  /**
   * Writes the messages to a file. A file that was not written by this conversation is not
   * replaced.
   *
   * @throws UserError if it cannot be written
   */
  void save(Path file) {
    if (Files.exists(file) && !saved.equals(Optional.of(file.toAbsolutePath()))) {
      throw new UserError(file.toString(), "exists already", "give another name");
    }
    WholeFile.write(file, Json.indented(json()));
    saved = Optional.of(file.toAbsolutePath());
  }
}
