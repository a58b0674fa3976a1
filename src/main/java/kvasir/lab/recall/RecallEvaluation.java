package kvasir.lab.recall;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import kvasir.text.Chat;

/**
 * How often a model answers word for word right, by length of the document and by where in it the
 * fact stands, on documents that no training has seen. All ranks make the same calls; rank 0 has
 * the counts.
 */
public final class RecallEvaluation {
  /** Room that a question and its answer take at most. */
  public static final int EXCHANGE_TOKENS = 96;

  private static final int ANSWER_TOKENS = 40;
  private static final int DECILES = 10;
  private static final int LONG = 4096;

  /** A wrong answer. */
  public record Miss(long seed, int token, String question, String expected, String answer) {}

  /** Questions on facts of one tenth of the documents. */
  public record Cell(int asked, int right) {
    public double accuracy() {
      return (double) right / asked;
    }
  }

  /**
   * Questions on documents of one length.
   *
   * @param deciles by where the fact stands, the beginning first
   */
  public record Row(int tokens, int documents, List<Cell> deciles, List<Miss> misses) {
    public Cell all() {
      return new Cell(
          deciles.stream().mapToInt(Cell::asked).sum(),
          deciles.stream().mapToInt(Cell::right).sum());
    }

    /** The accuracy that every decile of this length owes. */
    public double target() {
      return tokens <= LONG ? 0.97 : 0.90;
    }

    public boolean passed() {
      return deciles.stream().allMatch(cell -> cell.accuracy() >= target());
    }
  }

  private final Reading reading;
  private final Chat chat;
  private final int perDecile;
  private final int perDocument;
  private final long firstSeed;

  /**
   * @param perDecile questions for each tenth of each length
   * @param perDocument most of them on one document
   */
  public RecallEvaluation(
      Reading reading, Chat chat, int perDecile, int perDocument, long firstSeed) {
    this.reading = reading;
    this.chat = chat;
    this.perDecile = perDecile;
    this.perDocument = perDocument;
    this.firstSeed = firstSeed;
  }

  /** Asks on documents of {@code tokens} tokens; {@code progress} hears how many are answered. */
  public Row run(int tokens, IntConsumer progress) {
    int[] asked = new int[DECILES];
    int[] right = new int[DECILES];
    List<Miss> misses = new ArrayList<>();
    int documents = 0;
    while (IntStream.of(asked).anyMatch(n -> n < perDecile)) {
      long seed = firstSeed + documents++;
      TownExercise exercise = TownExercise.of(seed, tokens, chat);
      reading.read(exercise.turn().ids(), done -> {});
      for (TownExercise.Placed placed : choose(exercise, seed, asked)) {
        Fact fact = placed.fact();
        int[] question = chat.question(fact.question());
        Reply reply = reading.ask(question, ANSWER_TOKENS, piece -> {});
        int decile = exercise.decile(placed);
        asked[decile]++;
        if (reply.text().equals(fact.answer())) {
          right[decile]++;
        } else {
          misses.add(new Miss(seed, placed.token(), fact.question(), fact.answer(), reply.text()));
        }
        progress.accept(IntStream.of(asked).sum());
      }
    }
    List<Cell> cells =
        IntStream.range(0, DECILES).mapToObj(i -> new Cell(asked[i], right[i])).toList();
    return new Row(tokens, documents, cells, misses);
  }

  /** Facts of a document, so many of each tenth as are still wanted. */
  private List<TownExercise.Placed> choose(TownExercise exercise, long seed, int[] asked) {
    List<TownExercise.Placed> shuffled = new ArrayList<>(exercise.facts());
    Collections.shuffle(shuffled, new Random(seed));
    int[] room = IntStream.of(asked).map(n -> Math.min(perDocument, perDecile - n)).toArray();
    return shuffled.stream().filter(placed -> room[exercise.decile(placed)]-- > 0).toList();
  }
}
