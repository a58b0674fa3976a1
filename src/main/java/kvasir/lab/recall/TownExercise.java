package kvasir.lab.recall;

import java.util.List;
import kvasir.text.Chat;
import kvasir.text.EncodedText;

/**
 * A town's document as tokens, and the facts that it states.
 *
 * @param turn the document as the system's turn
 * @param facts all facts, in the order of the document
 */
public record TownExercise(EncodedText turn, List<Placed> facts) {
  /** A fact and the position of the first token of its sentence. */
  public record Placed(Fact fact, int token) {}

  // A sentence takes about 12.5 tokens, so too many sentences are written, and those that do not
  // fit are dropped.
  private static final int LEAST_TOKENS_OF_A_SENTENCE = 12;
  private static final int END_MARKS = 2;

  public TownExercise {
    facts = List.copyOf(facts);
  }

  /**
   * Returns as many whole sentences of a seed's document as fit into a turn of {@code tokens}
   * tokens.
   */
  public static TownExercise of(long seed, int tokens, Chat chat) {
    TownDocument town = TownWriter.write(seed, tokens / LEAST_TOKENS_OF_A_SENTENCE + 1);
    EncodedText turn = chat.system(town.text());
    int header = turn.text().indexOf('\n') + 1;
    int limit = tokens - END_MARKS;
    int[] ends = ends(town, header);
    int kept = ends.length;
    while (kept > 0 && turn.ids().length > tokens && ends[kept - 1] > turn.starts()[limit]) {
      kept--;
    }
    int sentences = kept;
    EncodedText cut = chat.system(String.join("", town.sentences().subList(0, sentences)));
    return new TownExercise(
        cut,
        town.facts().stream()
            .filter(fact -> fact.sentence() < sentences)
            .map(fact -> new Placed(fact, cut.tokenAt(ends[fact.sentence() - 1])))
            .toList());
  }

  /** Returns the index, in the turn's text, at which each sentence ends. */
  private static int[] ends(TownDocument town, int header) {
    int[] ends = new int[town.sentences().size()];
    int end = header;
    for (int i = 0; i < ends.length; i++) {
      end += town.sentences().get(i).length();
      ends[i] = end;
    }
    return ends;
  }

  /** Returns the tenth of the document that holds a fact, 0 to 9. */
  public int decile(Placed fact) {
    return (int) (10L * fact.token() / turn.ids().length);
  }
}
