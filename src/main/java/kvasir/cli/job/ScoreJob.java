package kvasir.cli.job;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import kvasir.cli.terminal.Output;
import kvasir.cli.terminal.Progress;
import kvasir.cluster.FromRoot;
import kvasir.engine.Engine;
import kvasir.engine.EngineOptions;
import kvasir.engine.Fingerprint;
import kvasir.engine.PromptInput;
import kvasir.engine.Scorer;
import kvasir.engine.sampling.TokenScore;
import kvasir.error.ExitCodes;
import kvasir.model.ModelConfig;
import kvasir.text.OptionalTokenizer;

/**
 * Options of {@code score}, which computes the log-probabilities of a text.
 *
 * @param engine options of the engine
 * @param source the text
 * @param top number of likeliest tokens to print after each token
 * @param fingerprint whether a hash of all logits is printed
 * @param json whether results are printed as JSON
 */
public record ScoreJob(
    EngineOptions engine, PromptInput source, int top, boolean fingerprint, boolean json)
    implements Job {
  @Override
  public int run(JobContext context) {
    ModelConfig config = context.model().config();
    int[] ids = ids(context, config);
    try (Engine opened =
            Engine.scoring(
                context.model(),
                context.settings(),
                context.world(),
                context.activity(),
                ids.length);
        Progress progress =
            Progress.of(
                context.activity(), "scoring the text, token", ids.length, context.root())) {
      Fingerprint hash = new Fingerprint();
      Scorer scorer = fingerprint ? new Scorer(opened, hash) : new Scorer(opened);
      Scorer.Scores scores = scorer.score(ids, top, progress::reach);
      if (context.root()) {
        if (top > config.vocabulary()) {
          context
              .output()
              .note("kvasir: --top %d: the vocabulary has %d tokens", top, config.vocabulary());
        }
        report(context.output(), ids, scores, fingerprint ? hash.finish() : null);
      }
    }
    return ExitCodes.DONE;
  }

  /** Returns the token ids of the text. Rank 0 reads them and sends them to the other ranks. */
  private int[] ids(JobContext context, ModelConfig config) {
    long[] shared =
        FromRoot.share(
            context.world(),
            () -> {
              try (OptionalTokenizer tokenizer = OptionalTokenizer.open(engine.directory())) {
                return Arrays.stream(
                        source.tokens(context.text(), tokenizer, config, context.notice()))
                    .asLongStream()
                    .toArray();
              }
            });
    return Arrays.stream(shared).mapToInt(Math::toIntExact).toArray();
  }

  private void report(Output output, int[] ids, Scorer.Scores scores, String hash) {
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
      output.json(object);
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
    output.line(table.toString());
    if (hash != null) {
      output.note("fingerprint %s", hash);
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

  private static String candidate(TokenScore c) {
    return String.format(Locale.ROOT, " %d:%.4f", c.id(), c.logprob());
  }
}
