package kvasir.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A set of texts in UTF-8 that are read byte by byte. Immutable and thread-safe. */
public final class Grammar {
  /** Number of repetitions without a bound. */
  public static final int UNBOUNDED = Repetition.UNBOUNDED;

  private final Node root;

  Grammar(Node root) {
    this.root = root;
  }

  /**
   * Returns the JSON texts that are valid by a schema: compact, with the keys of objects in the
   * order of {@code properties}. Not all valid texts, but no others. An object whose schema says
   * nothing about its properties may have any.
   *
   * @param schema a schema of JSON Schema 2020-12, or of an older draft; not changed afterwards
   * @throws SchemaException if the schema is not valid, if it cannot be held, or if nothing fits it
   */
  public static Grammar ofSchema(JsonNode schema) {
    return new SchemaReader(schema).read();
  }

  /** Returns all JSON objects. */
  public static Grammar anyObject() {
    return new Grammar(AnyValue.object());
  }

  /** Returns one text alone. */
  public static Grammar literal(String text) {
    return new Grammar(new Words(List.of(text.getBytes(StandardCharsets.UTF_8))));
  }

  /** Returns the texts that consist of one text of each part, in their order. */
  public static Grammar sequence(List<Grammar> parts) {
    return new Grammar(new Chain(parts.stream().map(part -> part.root).toList()));
  }

  /** Returns the texts of all parts. */
  public static Grammar anyOf(List<Grammar> parts) {
    return new Grammar(new Choice(parts.stream().map(part -> part.root).toList()));
  }

  /**
   * Returns the texts that consist of several texts of a part.
   *
   * @param part a grammar that does not take the empty text
   * @param max largest number of texts, or {@link #UNBOUNDED}
   */
  public static Grammar repeated(Grammar part, int min, int max) {
    if (part.root.least() == 0 || min < 0 || max < min) {
      throw new IllegalArgumentException(
          "%d to %d of %d bytes or more".formatted(min, max, part.root.least()));
    }
    return new Grammar(new Repetition(part.root, min, max));
  }

  /** Returns the state before the first byte. */
  public GrammarState start() {
    Closure closure = new Closure();
    closure.add(root, null);
    return closure.finish();
  }

  /** Returns the number of bytes of the shortest text. */
  public long leastBytes() {
    return root.least();
  }

  /** Returns whether a text belongs to this grammar. */
  public boolean takes(String text) {
    return start().next(text.getBytes(StandardCharsets.UTF_8)).mayEnd();
  }
}
