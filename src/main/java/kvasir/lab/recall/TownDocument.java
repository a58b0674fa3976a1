package kvasir.lab.recall;

import java.util.List;

/**
 * A document and what can be asked of it.
 *
 * @param sentences in order, each with the white space before it; together they are the text
 * @param facts in the order of their sentences
 */
public record TownDocument(List<String> sentences, List<Fact> facts) {
  public TownDocument {
    sentences = List.copyOf(sentences);
    facts = List.copyOf(facts);
  }

  public String text() {
    return String.join("", sentences);
  }
}
