package kvasir.engine.constraint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import kvasir.file.Json;
import kvasir.grammar.Grammar;
import kvasir.grammar.SchemaException;

/**
 * Description of the texts that an output is one of.
 *
 * @param grammar the texts
 * @param ends tokens that may follow a complete text
 * @param before what may come before the text
 */
public record Constraint(Grammar grammar, Set<Integer> ends, Before before) {
  public Constraint {
    ends = Set.copyOf(ends);
  }

  /**
   * Free text that comes before the text of the grammar, such as thoughts. The output may end in
   * it.
   *
   * @param open mark with which it begins, if there is any; empty if the output begins in it
   * @param close mark with which it ends; empty if there is no such text
   */
  public record Before(Optional<String> open, Optional<String> close) {
    /** The text of the grammar comes at once. */
    public static final Before NOTHING = new Before(Optional.empty(), Optional.empty());

    /** Returns the text in which an output begins. */
    public static Before until(String close) {
      return new Before(Optional.empty(), Optional.of(close));
    }

    /** Returns a text that an output may begin with. */
    public static Before optional(String open, String close) {
      return new Before(Optional.of(open), Optional.of(close));
    }
  }

  /** Returns the description as a text, from which {@link #of} reads it. */
  public String text() {
    ObjectNode node = Json.object();
    node.set("grammar", grammar.description());
    ArrayNode list = node.putArray("ends");
    new TreeSet<>(ends).forEach(list::add);
    before.open.ifPresent(mark -> node.put("open", mark));
    before.close.ifPresent(mark -> node.put("close", mark));
    return Json.line(node);
  }

  /**
   * Reads a description.
   *
   * @throws IllegalArgumentException if it is not one
   */
  static Constraint of(String text) {
    try {
      JsonNode node = Json.read(text);
      Set<Integer> ends = new TreeSet<>();
      node.path("ends").forEach(id -> ends.add(id.asInt()));
      Before before =
          new Before(
              Optional.ofNullable(node.path("open").textValue()),
              Optional.ofNullable(node.path("close").textValue()));
      return new Constraint(Grammar.of(node.path("grammar")), ends, before);
    } catch (JsonProcessingException | SchemaException e) {
      throw new IllegalArgumentException("not a constraint: " + e.getMessage(), e);
    }
  }
}
