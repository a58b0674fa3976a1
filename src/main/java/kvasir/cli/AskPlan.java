package kvasir.cli;

import java.util.ArrayList;
import java.util.List;
import kvasir.error.UserError;
import kvasir.recall.Chat;
import kvasir.recall.TownExercise;
import kvasir.tokenize.EncodedText;
import kvasir.tokenize.Tokenizer;

/**
 * What is read and asked, the same on every rank.
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
  private static final String WRITTEN = "a town's document";

  /** Sequence that the longest question needs, its answer included. */
  int positions(int newTokens) {
    int longest = questions.stream().mapToInt(q -> q.ids().length).max().orElse(0);
    return document.ids().length + longest + newTokens;
  }

  static AskPlan of(AskCommand command, Tokenizer tokenizer, int context) {
    AskPlan plan =
        command.source.file == null
            ? written(command, tokenizer, context)
            : given(command, tokenizer);
    int over = plan.positions(command.maxNewTokens) - context;
    if (over > 0) {
      throw new UserError(
          command.source.file == null ? "--length" : "--document " + command.source.file,
          String.format(
              java.util.Locale.ROOT,
              "%d tokens, with a question and its answer %d more than the model's context of %d",
              plan.document().ids().length,
              over,
              context),
          "shorten it");
    }
    return plan;
  }

  private static AskPlan given(AskCommand command, Tokenizer tokenizer) {
    String option = "--document";
    String where = option + " " + command.source.file;
    String text = PromptReader.read(option, command.source.file).strip();
    if (text.isEmpty()) {
      throw new UserError(where, "the document is empty", "give some text");
    }
    Chat.requirePlain(where, text);
    return new AskPlan(
        command.source.file.toString(),
        tokenizer.encodeWithPlaces(Chat.system(text)),
        own(command.asked, tokenizer));
  }

  private static AskPlan written(AskCommand command, Tokenizer tokenizer, int context) {
    long seed = command.source.seed == null ? 0 : command.source.seed;
    int room = context - QUESTION_TOKENS - command.maxNewTokens;
    int tokens = command.length == null ? Math.max(1, room) : command.length;
    TownExercise town = TownExercise.of(seed, tokens, tokenizer);
    List<Question> questions =
        command.asked.isEmpty()
            ? spread(town, command.questions, tokenizer)
            : own(command.asked, tokenizer);
    return new AskPlan(WRITTEN + " of seed " + seed, town.turn(), questions);
  }

  private static List<Question> own(List<String> texts, Tokenizer tokenizer) {
    return texts.stream()
        .map(text -> new Question(text, tokenizer.encode(Chat.question(text)), null))
        .toList();
  }

  /** Questions on facts that stand evenly spread over the document. */
  private static List<Question> spread(TownExercise town, int count, Tokenizer tokenizer) {
    List<Question> questions = new ArrayList<>();
    List<TownExercise.Placed> facts = town.facts();
    for (int i = 0; i < Math.min(count, facts.size()); i++) {
      // Odd steps of a halving: beginning, three quarters, ... so that neighbours stand far apart.
      TownExercise.Placed placed = facts.get((int) ((2L * i + 1) * facts.size() / (2L * count)));
      String text = placed.fact().question();
      int[] ids = tokenizer.encode(Chat.question(text));
      questions.add(new Question(text, ids, placed.fact().answer()));
    }
    return questions;
  }
}
