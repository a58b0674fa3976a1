package kvasir.cli.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import kvasir.cache.CacheShape;
import kvasir.cli.terminal.Output;
import kvasir.cli.terminal.Progress;
import kvasir.engine.Engine;
import kvasir.engine.EngineOptions;
import kvasir.engine.batch.BatchEngine;
import kvasir.engine.batch.BatchOptions;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.lab.recall.RecallEvaluation;
import kvasir.lab.recall.SharedReading;
import kvasir.measure.MachineFacts;
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
  /** Time of a step that documents may fill; nobody waits for a single token. */
  private static final long STEP_NANOS = 10_000_000_000L;

  @Override
  public int run(JobContext context) {
    int longest = longest(context.model().config().maxPositions());
    try (Tokenizer tokenizer = Tokenizer.open(engine.directory());
        Engine opened =
            Engine.sharing(
                context.model(),
                context.settings(),
                context.world(),
                context.activity(),
                longest,
                Engine.LOGIT_ROWS)) {
      Chat chat = Chat.open(tokenizer, engine.directory(), engine.model());
      BatchEngine batch = new BatchEngine(opened, options(context, opened, longest));
      if (!context.root()) {
        context.activity().set("answering questions");
        batch.follow();
        return ExitCodes.DONE;
      }
      SharedReading reading = new SharedReading(opened, batch, chat);
      boolean passed =
          evaluate(context, new RecallEvaluation(reading, chat, questions, perDocument, seed));
      batch.end();
      return passed ? ExitCodes.DONE : ExitCodes.CHECK_FAILED;
    }
  }

  private boolean evaluate(JobContext context, RecallEvaluation evaluation) {
    boolean passed = true;
    boolean headed = json;
    for (int length : lengths) {
      RecallEvaluation.LengthResult row;
      try (Progress progress =
          Progress.of(
              context.activity(),
              "asking about documents of " + length + " tokens, question",
              10 * questions,
              true)) {
        row = evaluation.run(length, progress::reach);
      }
      if (!headed) {
        context.output().line(header());
        headed = true;
      }
      print(context.output(), row);
      passed &= row.passed();
    }
    return passed;
  }

  /**
   * Returns options for as many questions at a time as the memory allows: room for two of the
   * longest documents, and for the ends of all questions, which may be on one rank.
   */
  private static BatchOptions options(JobContext context, Engine opened, int longest) {
    CacheShape shape = opened.cache().shape();
    int document =
        opened.cache().ownership().ownedBlocks(opened.cache().rank(), shape.blocks(longest));
    int sequences = Engine.LOGIT_ROWS;
    long wanted = (document + 2L * sequences) * shape.blockBytes();
    long quarter = (MachineFacts.here().memoryMiB() << 20) / 4 / context.ranksHere();
    long more = Math.min(wanted, Math.min(quarter, opened.spareBytes()));
    long least = Math.max(1, document) * shape.blockBytes();
    return new BatchOptions(sequences, least + more, STEP_NANOS, true, 0);
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
