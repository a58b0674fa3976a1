package kvasir.lab.recall;

import java.util.List;

/**
 * A document about a town, and the facts that it states.
 *
 * @param sentences all sentences in order, each with the white space before it
 * @param facts all facts, in the order of their sentences
 */
public record TownDocument(List<String> sentences, List<Fact> facts) {
  public TownDocument {
    sentences = List.copyOf(sentences);
    facts = List.copyOf(facts);
  }

  /** Returns the whole text. */
  public String text() {
    return String.join("", sentences);
  }
}
