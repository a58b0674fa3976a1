package kvasir.cli.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import kvasir.engine.TokenIds;
import kvasir.error.UserError;
import kvasir.lab.recall.TownExercise;
import kvasir.model.ModelConfig;
import kvasir.text.Chat;
import kvasir.text.EncodedText;

/**
 * Document and questions of one {@code ask}; equal on every rank.
 *
 * @param name name of the document, for people
 * @param document the system's turn, which contains the document
 * @param asked the questions in the order in which they are asked
 */
record DocumentQuestions(String name, EncodedText document, List<Question> asked) {
  /**
   * A question, with the answer if it is known.
   *
   * @param text the question as people read it
   * @param ids token ids of the question's turn
   * @param expected the right answer; null if it is not known
   */
  record Question(String text, int[] ids, String expected) {}

  // Enough for a long question of the town's grammar.
  private static final int QUESTION_TOKENS = 48;

  /**
   * Returns the number of positions that the document, the longest question and its answer need.
   *
   * @param newTokens largest number of tokens in an answer
   */
  int positions(int newTokens) {
    int longest = asked.stream().mapToInt(q -> q.ids().length).max().orElse(0);
    return document.ids().length + longest + newTokens;
  }

  /**
   * Returns the document and the questions that the options of a command ask for.
   *
   * @param document the user's own document; null if a document is to be written
   * @param context number of positions that the model supports
   * @throws UserError if the document is empty or does not fit into the context
   */
  static DocumentQuestions of(AskJob job, String document, Chat chat, int context) {
    return document == null
        ? written(job, chat, context)
        : given(job, document.strip(), chat, context);
  }

  /**
   * Checks that the model knows all tokens of the document and the questions. A tokenizer may have
   * more tokens than its model.
   *
   * @throws UserError if it does not
   */
  void requireKnown(String where, ModelConfig config) {
    TokenIds.requireKnown(where, document.ids(), config);
    asked.forEach(question -> TokenIds.requireKnown(where, question.ids(), config));
  }

  /**
   * Checks that document, question and answer fit into the context.
   *
   * @throws UserError if it does not; the message gives the number of tokens that are too many
   */
  private DocumentQuestions fitting(String where, int tokens, int positions, int context) {
    if (positions > context) {
      throw new UserError(
          where,
          String.format(
              Locale.ROOT,
              "%d tokens, with a question and its answer %d more than the model's context of %d",
              tokens,
              positions - context,
              context),
          "shorten it");
    }
    return this;
  }

  private static DocumentQuestions given(AskJob job, String text, Chat chat, int context) {
    String where = "--document " + job.file();
    if (text.isEmpty()) {
      throw new UserError(where, "the document is empty", "give some text");
    }
    chat.requirePlain(where, text);
    EncodedText turn = chat.system(text);
    DocumentQuestions given = new DocumentQuestions(job.file(), turn, own(job.asked(), chat));
    return given.fitting(where, turn.ids().length, given.positions(job.maxNewTokens()), context);
  }

  private static DocumentQuestions written(AskJob job, Chat chat, int context) {
    long seed = job.seed();
    int exchange = QUESTION_TOKENS + job.maxNewTokens();
    int room = Math.max(AskJob.SHORTEST, context - exchange);
    // A length that does not fit is refused below, so more than a context need not be written.
    int tokens = Math.min(job.length() == null ? room : job.length(), context);
    TownExercise town = TownExercise.of(seed, tokens, chat);
    List<Question> questions =
        job.asked().isEmpty() ? spread(town, job.questions(), chat) : own(job.asked(), chat);
    DocumentQuestions written =
        new DocumentQuestions("a town's document of seed " + seed, town.turn(), questions);
    int asked = job.length() == null ? town.turn().ids().length : job.length();
    int positions = Math.max(written.positions(job.maxNewTokens()), asked + exchange);
    return written.fitting("--length", asked, positions, context);
  }

  private static List<Question> own(List<String> texts, Chat chat) {
    return texts.stream()
        .map(text -> chat.requirePlain("--ask", text))
        .map(text -> new Question(text, chat.question(text), null))
        .toList();
  }

  /** Returns questions on facts at equal distances in the document. */
  private static List<Question> spread(TownExercise town, int count, Chat chat) {
    List<Question> questions = new ArrayList<>();
    List<TownExercise.Placed> facts = town.facts();
    int asked = Math.min(count, facts.size());
    for (int i = 0; i < asked; i++) {
      TownExercise.Placed placed = facts.get((int) ((2L * i + 1) * facts.size() / (2L * asked)));
      String text = placed.fact().question();
      int[] ids = chat.question(text);
      questions.add(new Question(text, ids, placed.fact().answer()));
    }
    return questions;
  }
}
