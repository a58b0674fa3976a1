package kvasir.cli.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import kvasir.cli.terminal.Output;
import kvasir.cli.terminal.Progress;
import kvasir.engine.Engine;
import kvasir.engine.EngineOptions;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.lab.recall.Reading;
import kvasir.lab.recall.RecallEvaluation;
import kvasir.text.Chat;
import kvasir.text.Tokenizer;

/**
 * Options of {@code evaluate}, which measures how many facts of a document a model recalls.
 *
 * @param engine options of the engine
 * @param lengths largest numbers of tokens of the documents
 * @param questions number of questions for each tenth of each length
 * @param perDocument largest number of questions on one document
 * @param seed seed of the first document
 * @param json whether results are printed as JSON
 */
public record EvaluateJob(
    EngineOptions engine,
    List<Integer> lengths,
    int questions,
    int perDocument,
    long seed,
    boolean json)
    implements Job {
  @Override
  public int run(JobContext context) {
    int longest = longest(context.model().config().maxPositions());
    boolean passed = true;
    try (Tokenizer tokenizer = Tokenizer.open(engine.directory());
        Engine opened =
            new Engine(
                context.model(),
                context.settings(),
                context.world(),
                context.activity(),
                longest,
                null)) {
      Chat chat = Chat.of(tokenizer, engine.model());
      Reading reading = new Reading(opened, chat, null);
      RecallEvaluation evaluation =
          new RecallEvaluation(reading, chat, questions, perDocument, seed);
      boolean headed = json;
      for (int length : lengths) {
        RecallEvaluation.LengthResult row;
        try (Progress progress =
            Progress.of(
                context.activity(),
                "asking about documents of " + length + " tokens, question",
                10 * questions,
                context.root())) {
          row = evaluation.run(length, progress::reach);
        }
        if (context.root() && !headed) {
          context.output().line(header());
          headed = true;
        }
        if (context.root()) {
          print(context.output(), row);
          passed &= row.passed();
        }
      }
    }
    return passed ? ExitCodes.DONE : ExitCodes.CHECK_FAILED;
  }

  /**
   * Returns the number of positions that the longest sequence needs.
   *
   * @param context number of positions that the model supports
   */
  private int longest(int context) {
    int longest = lengths.stream().mapToInt(n -> n).max().orElseThrow();
    int most = context - RecallEvaluation.EXCHANGE_TOKENS;
    if (longest > most) {
      throw new UserError(
          "--lengths",
          longest + " tokens and a question do not fit the context of " + context,
          "give at most " + most);
    }
    return longest + RecallEvaluation.EXCHANGE_TOKENS;
  }

  private void print(Output output, RecallEvaluation.LengthResult row) {
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("tokens", row.tokens());
      object.put("documents", row.documents());
      object.put("accuracy", row.all().accuracy());
      object.put("deciles", row.deciles());
      object.put("target", row.target());
      object.put("passed", row.passed());
      object.put("misses", row.misses());
      output.json(object);
      return;
    }
    List<String> cells = new ArrayList<>();
    row.deciles().forEach(cell -> cells.add(percent(cell)));
    output.line(
        String.format(
            Locale.ROOT,
            "%6d  %9d  %9d  %s  %s  %s",
            row.tokens(),
            row.documents(),
            row.all().asked(),
            percent(row.all()),
            String.join(" ", cells),
            row.passed() ? "ok" : "MISSED"));
  }

  private static String header() {
    StringBuilder deciles = new StringBuilder();
    for (int decile = 1; decile <= 10; decile++) {
      deciles.append(String.format(Locale.ROOT, "%6s", decile + "/10"));
    }
    return "tokens  documents  questions    all " + deciles + "  exact answers in %, by tenth";
  }

  private static String percent(RecallEvaluation.Cell cell) {
    return String.format(Locale.ROOT, "%5.1f", 100 * cell.accuracy());
  }
}
