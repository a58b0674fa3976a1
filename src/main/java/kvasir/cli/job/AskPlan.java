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
 * Document and questions of a command, the same on every rank.
 *
 * @param name what the document is, for people
 * @param document the system's turn
 */
record AskPlan(String name, EncodedText document, List<Question> questions) {
  /**
   * @param ids the question's turn
   * @param expected the answer that is right; null where nobody knows it
   */
  record Question(String text, int[] ids, String expected) {}

  // A long question of the grammar's own.
  private static final int QUESTION_TOKENS = 48;

  /** Sequence that the longest question needs, its answer included. */
  int positions(int newTokens) {
    int longest = questions.stream().mapToInt(q -> q.ids().length).max().orElse(0);
    return document.ids().length + longest + newTokens;
  }

  /**
   * Plans what a command asks for.
   *
   * @param document the user's own; null where one is to be written
   */
  static AskPlan of(AskJob job, String document, Chat chat, int context) {
    return document == null
        ? written(job, chat, context)
        : given(job, document.strip(), chat, context);
  }

  /** Refuses tokens that a tokenizer has and its model has not. */
  void requireKnown(String where, ModelConfig config) {
    TokenIds.requireKnown(where, document.ids(), config);
    questions.forEach(question -> TokenIds.requireKnown(where, question.ids(), config));
  }

  /** Refuses what the model cannot hold, and says by how much. */
  private AskPlan fitting(String where, int tokens, int positions, int context) {
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

  private static AskPlan given(AskJob job, String text, Chat chat, int context) {
    String where = "--document " + job.file();
    if (text.isEmpty()) {
      throw new UserError(where, "the document is empty", "give some text");
    }
    chat.requirePlain(where, text);
    EncodedText turn = chat.system(text);
    AskPlan plan = new AskPlan(job.file(), turn, own(job.asked(), chat));
    return plan.fitting(where, turn.ids().length, plan.positions(job.maxNewTokens()), context);
  }

  private static AskPlan written(AskJob job, Chat chat, int context) {
    long seed = job.seed();
    int exchange = QUESTION_TOKENS + job.maxNewTokens();
    int room = Math.max(AskJob.SHORTEST, context - exchange);
    // What cannot fit is refused below, and need not be written whole.
    int tokens = Math.min(job.length() == null ? room : job.length(), context);
    TownExercise town = TownExercise.of(seed, tokens, chat);
    List<Question> questions =
        job.asked().isEmpty() ? spread(town, job.questions(), chat) : own(job.asked(), chat);
    AskPlan plan = new AskPlan("a town's document of seed " + seed, town.turn(), questions);
    int asked = job.length() == null ? town.turn().ids().length : job.length();
    int positions = Math.max(plan.positions(job.maxNewTokens()), asked + exchange);
    return plan.fitting("--length", asked, positions, context);
  }

  private static List<Question> own(List<String> texts, Chat chat) {
    return texts.stream()
        .map(text -> chat.requirePlain("--ask", text))
        .map(text -> new Question(text, chat.question(text), null))
        .toList();
  }

  /** Questions on facts that stand evenly spread over the document. */
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
