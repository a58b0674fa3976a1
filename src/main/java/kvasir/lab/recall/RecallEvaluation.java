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
 * Rank 0 alone makes the calls. The evaluation does not own the reading and the chat.
 */
public final class RecallEvaluation {
  /** The largest number of tokens that a question and its answer take together. */
  public static final int EXCHANGE_TOKENS = 96;

  private static final int ANSWER_TOKENS = 40;

  /** Number of open questions below which those on another document are asked. */
  private static final int FEW_OPEN = 64;

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

  /** A question that was asked. */
  private static final class Asked {
    private final long seed;
    private final TownExercise.Placed placed;
    private final int decile;
    private String answer;

    Asked(long seed, TownExercise.Placed placed, int decile) {
      this.seed = seed;
      this.placed = placed;
      this.decile = decile;
    }

    boolean right() {
      return placed.fact().answer().equals(answer);
    }

    Miss miss() {
      Fact fact = placed.fact();
      return new Miss(seed, placed.token(), fact.question(), fact.answer(), answer);
    }
  }

  private final SharedReading reading;
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
      SharedReading reading, Chat chat, int perDecile, int perDocument, long firstSeed) {
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
    List<Asked> all = new ArrayList<>();
    int documents = 0;
    boolean more = true;
    while (more || reading.open() > 0) {
      while (more && reading.open() < FEW_OPEN) {
        all.addAll(ask(firstSeed + documents++, tokens, asked));
        more = IntStream.of(asked).anyMatch(n -> n < perDecile);
      }
      reading.step();
      progress.accept(all.size() - reading.open());
    }
    List<Cell> cells = IntStream.range(0, DECILES).mapToObj(i -> cell(all, i)).toList();
    List<Miss> misses =
        all.stream().filter(question -> !question.right()).map(Asked::miss).toList();
    return new LengthResult(tokens, documents, cells, misses);
  }

  private static Cell cell(List<Asked> all, int decile) {
    List<Asked> of = all.stream().filter(question -> question.decile == decile).toList();
    return new Cell(of.size(), (int) of.stream().filter(Asked::right).count());
  }

  /** Asks about facts of a document, and counts them by the tenth that holds them. */
  private List<Asked> ask(long seed, int tokens, int[] asked) {
    TownExercise exercise = TownExercise.of(seed, tokens, chat);
    List<Asked> questions =
        choose(exercise, seed, asked).stream()
            .map(placed -> new Asked(seed, placed, exercise.decile(placed)))
            .toList();
    questions.forEach(question -> asked[question.decile]++);
    if (!questions.isEmpty()) {
      reading.ask(
          exercise.turn().ids(),
          questions.stream().map(q -> chat.question(q.placed.fact().question())).toList(),
          ANSWER_TOKENS,
          (reply, index) -> questions.get(index).answer = reply.text());
    }
    return questions;
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
