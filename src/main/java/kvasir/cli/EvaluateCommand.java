package kvasir.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import kvasir.cluster.Communicator;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.error.UserError;
import kvasir.lab.recall.Reading;
import kvasir.lab.recall.RecallEvaluation;
import kvasir.lab.recall.TownWriter;
import kvasir.model.ConfigReader;
import kvasir.text.Chat;
import kvasir.text.Tokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description =
        "Ask a model for facts of towns it has never read of; exit 1 if it answers too few.")
final class EvaluateCommand extends RankCommand {
  private static final int SHORTEST = 256;

  @Option(
      names = "--lengths",
      paramLabel = "N",
      split = ",",
      description = "Most tokens of the documents (default: 512,1024,2048,4096,8192).")
  List<Integer> lengths = List.of(512, 1024, 2048, 4096, 8192);

  @Option(
      names = "--questions",
      paramLabel = "N",
      description = "Questions for each tenth of each length (default: 100).")
  int questions = 100;

  @Option(
      names = "--per-document",
      paramLabel = "N",
      description = "Most of these on one document (default: 10).")
  int perDocument = 10;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the first document; training has those from 1000000000 (default: 0).")
  long seed;

  @Option(
      names = "--json",
      description = "One JSON object per length, with the questions answered wrong.")
  boolean json;

  @Override
  void check() {
    lengths.forEach(n -> CommonOptions.range("--lengths", n, SHORTEST, Integer.MAX_VALUE));
    CommonOptions.range("--questions", questions, 1, 1 << 20);
    CommonOptions.range("--per-document", perDocument, 1, 1 << 20);
    CommonOptions.range("--seed", seed, 0, TownWriter.FIRST_TRAINING_SEED - 1);
  }

  @Override
  public int run(EngineSettings settings, Communicator world) {
    int longest = longest(ConfigReader.read(settings.model()).maxPositions());
    boolean root = world.rank() == 0;
    boolean passed = true;
    try (Tokenizer tokenizer = Tokenizer.open(settings.model());
        Engine engine = new Engine(settings, world, longest, null)) {
      Chat chat = Chat.of(tokenizer, settings.model().toString());
      Reading reading = new Reading(engine, chat, null);
      RecallEvaluation evaluation =
          new RecallEvaluation(reading, chat, questions, perDocument, seed);
      boolean headed = json;
      for (int length : lengths) {
        RecallEvaluation.LengthResult row;
        try (Progress progress =
            Progress.of(
                "asking about documents of " + length + " tokens, question",
                10 * questions,
                root)) {
          row = evaluation.run(length, progress::reach);
        }
        if (root && !headed) {
          kvasir.output().line(header());
          headed = true;
        }
        if (root) {
          print(row);
          passed &= row.passed();
        }
      }
    }
    return passed ? ExitCodes.DONE : ExitCodes.CHECK_FAILED;
  }

  /** The longest sequence of the run, checked against the model's context. */
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

  private void print(RecallEvaluation.LengthResult row) {
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("tokens", row.tokens());
      object.put("documents", row.documents());
      object.put("accuracy", row.all().accuracy());
      object.put("deciles", row.deciles());
      object.put("target", row.target());
      object.put("passed", row.passed());
      object.put("misses", row.misses());
      kvasir.output().json(object);
      return;
    }
    List<String> cells = new ArrayList<>();
    row.deciles().forEach(cell -> cells.add(percent(cell)));
    kvasir
        .output()
        .line(
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
