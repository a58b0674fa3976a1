package kvasir.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import kvasir.cluster.Communicator;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.engine.Fingerprint;
import kvasir.engine.Scorer;
import kvasir.model.ConfigReader;
import kvasir.model.ModelConfig;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = "Log-probability of each token of a text, and perplexity.")
final class ScoreCommand extends RankCommand {
  /** The text: ids or a file. */
  static final class Source {
    @Option(names = "--tokens", paramLabel = "IDS", description = "The text as ids: 1,2,3.")
    String tokens;

    @Option(
        names = "--text-file",
        paramLabel = "FILE",
        description = "The text, from a file or a pipe; - is standard input.")
    Path file;
  }

  @ArgGroup(multiplicity = "1")
  Source source;

  @Option(
      names = "--top",
      paramLabel = "K",
      description = "Also the K likeliest tokens after each token (default: 0).")
  int top;

  @Option(
      names = "--fingerprint",
      description = "Also a hash over the bits of all logits: equal on every layout.")
  boolean fingerprint;

  @Option(names = "--json", description = "Print one JSON object instead of a table.")
  boolean json;

  @Override
  void check() {
    CommonOptions.range("--top", top, 0, Integer.MAX_VALUE);
  }

  @Override
  public Optional<UserText> text() {
    return prompt().source();
  }

  private PromptOptions prompt() {
    PromptOptions text = new PromptOptions();
    text.tokens = source.tokens;
    text.file = source.file;
    text.fileOption = "--text-file";
    return text;
  }

  @Override
  public int run(EngineSettings settings, Communicator world) {
    ModelConfig config = ConfigReader.read(settings.model());
    PromptOptions text = prompt();
    int[] ids;
    try (OptionalTokenizer tokenizer = OptionalTokenizer.open(settings.model())) {
      ids =
          text.ids(
              file -> kvasir.start().read(file, world),
              tokenizer.get(),
              config,
              settings.model(),
              world.rank() == 0 ? kvasir.output()::note : line -> {});
    }
    RankAgreement.requirePrompt(ids, world);
    try (Engine engine = Engine.scoring(settings, world, ids.length);
        Progress progress = Progress.of("scoring the text, token", ids.length, world.rank() == 0)) {
      Fingerprint hash = new Fingerprint();
      Scorer.Scores scores = new Scorer(engine, hash).score(ids, top, progress::reach);
      if (world.rank() == 0) {
        if (top > config.vocabulary()) {
          kvasir
              .output()
              .note("kvasir: --top %d: the vocabulary has %d tokens", top, config.vocabulary());
        }
        report(ids, scores, fingerprint ? hash.finish() : null);
      }
    }
    return ExitCodes.DONE;
  }

  private void report(int[] ids, Scorer.Scores scores, String hash) {
    double perplexity = scores.perplexity();
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("tokens", ids);
      object.put("logprobs", scores.logprobs());
      object.put("top", scores.top());
      object.put("perplexity", Double.isFinite(perplexity) ? perplexity : null);
      if (hash != null) {
        object.put("fingerprint", hash);
      }
      kvasir.output().json(object);
      return;
    }
    StringBuilder table = new StringBuilder("  index   token    logprob\n");
    for (int i = 0; i < ids.length; i++) {
      String logprob =
          i == 0 ? "" : String.format(Locale.ROOT, "%10.5f", scores.logprobs().get(i - 1));
      table.append(String.format(Locale.ROOT, "%7d %7d %s", i, ids[i], logprob));
      if (top > 0) {
        table.append("  then");
        scores.top().get(i).forEach(c -> table.append(candidate(c)));
      }
      table.append('\n');
    }
    table.append(perplexity(scores));
    kvasir.output().line(table.toString());
    if (hash != null) {
      kvasir.output().note("fingerprint %s", hash);
    }
  }

  private static String perplexity(Scorer.Scores scores) {
    if (scores.logprobs().isEmpty()) {
      return "perplexity: none for a single token";
    }
    double perplexity = scores.perplexity();
    return Double.isInfinite(perplexity)
        ? "perplexity: above 1e308"
        : String.format(Locale.ROOT, "perplexity %.4f", perplexity);
  }

  private static String candidate(Scorer.TokenScore c) {
    return String.format(Locale.ROOT, " %d:%.4f", c.id(), c.logprob());
  }
}
