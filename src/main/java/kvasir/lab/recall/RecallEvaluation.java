package kvasir.lab.recall;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import kvasir.text.Chat;

/**
 * Evaluation that counts how often a model's answer is correct to the letter, by length of the
 * document and by the position of the fact in it. The documents are not part of the training data.
 * All ranks make the same calls; rank 0 gets the counts. The evaluation does not own the reading
 * and the chat.
 */
public final class RecallEvaluation {
  /** The largest number of tokens that a question and its answer take together. */
  public static final int EXCHANGE_TOKENS = 96;

  private static final int ANSWER_TOKENS = 40;
  private static final int DECILES = 10;

  /** Number of tokens above which a document is long, and a lower accuracy is accepted. */
  private static final int LONG = 4096;

  /**
   * A wrong answer.
   *
   * @param seed seed of the document
   * @param token position of the first token of the fact's sentence
   */
  public record Miss(long seed, int token, String question, String expected, String answer) {}

  /** The count of questions on facts in one tenth of the documents. */
  public record Cell(int asked, int right) {
    /** Returns the share of right answers; NaN if there were no questions. */
    public double accuracy() {
      return (double) right / asked;
    }
  }

  /**
   * The count of questions on documents of one length.
   *
   * @param tokens length of the documents, at most
   * @param documents number of documents
   * @param deciles counts by the tenth of the document that holds the fact, the beginning first
   */
  public record LengthResult(int tokens, int documents, List<Cell> deciles, List<Miss> misses) {
    /** Returns the count over all tenths. */
    public Cell all() {
      return new Cell(
          deciles.stream().mapToInt(Cell::asked).sum(),
          deciles.stream().mapToInt(Cell::right).sum());
    }

    /** Returns the accuracy that each tenth must reach at this length. */
    public double target() {
      return tokens <= LONG ? 0.97 : 0.90;
    }

    /** Returns true if each tenth has reached the target. */
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
   * Creates an evaluation.
   *
   * @param perDecile number of questions for each tenth of the documents
   * @param perDocument the largest number of questions on one tenth of one document
   * @param firstSeed seed of the first document; further documents have the seeds after it
   */
  public RecallEvaluation(
      Reading reading, Chat chat, int perDecile, int perDocument, long firstSeed) {
    this.reading = reading;
    this.chat = chat;
    this.perDecile = perDecile;
    this.perDocument = perDocument;
    this.firstSeed = firstSeed;
  }

  /**
   * Asks questions on documents of at most {@code tokens} tokens, until each tenth has enough.
   *
   * @param progress receives the number of questions that are answered
   */
  public LengthResult run(int tokens, IntConsumer progress) {
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
    return new LengthResult(tokens, documents, cells, misses);
  }

  /**
   * Returns facts of a document to ask about, at most as many in each tenth as are still wanted.
   */
  private List<TownExercise.Placed> choose(TownExercise exercise, long seed, int[] asked) {
    List<TownExercise.Placed> shuffled = new ArrayList<>(exercise.facts());
    Collections.shuffle(shuffled, new Random(seed));
    int[] room = IntStream.of(asked).map(n -> Math.min(perDocument, perDecile - n)).toArray();
    return shuffled.stream().filter(placed -> room[exercise.decile(placed)]-- > 0).toList();
  }
}
