package kvasir.cli.job;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kvasir.attention.AttentionMass;
import kvasir.cli.terminal.Output;
import kvasir.cli.terminal.Progress;
import kvasir.engine.Engine;
import kvasir.engine.EngineOptions;
import kvasir.engine.Fingerprint;
import kvasir.engine.Generation;
import kvasir.engine.Generator;
import kvasir.engine.PromptInput;
import kvasir.engine.RankStats;
import kvasir.engine.TokenIds;
import kvasir.engine.TrafficStats;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.engine.session.SessionRun;
import kvasir.engine.session.TokenChoice;
import kvasir.error.ExitCodes;
import kvasir.model.ModelConfig;
import kvasir.text.OptionalTokenizer;
import kvasir.text.Transcript;

/**
 * Options of {@code generate}, which continues a prompt.
 *
 * @param engine options of the engine
 * @param prompt the prompt; null if that of the session is continued
 * @param maxNewTokens largest number of tokens to generate
 * @param choice choice of new tokens, unless the session has its own
 * @param session path of the session's file; null for none
 * @param snapshot path of the folder of KV blocks; null for none
 * @param json whether results are printed as JSON
 * @param stats whether statistics of each rank are printed
 * @param fingerprint whether a hash of all logits is printed
 * @param given names of the options that the user gave
 */
public record GenerateJob(
    EngineOptions engine,
    PromptInput prompt,
    int maxNewTokens,
    TokenChoice choice,
    String session,
    String snapshot,
    boolean json,
    boolean stats,
    boolean fingerprint,
    List<String> given)
    implements Job {
  /** Lines and JSON fields that are printed in addition to the tokens. */
  private record Extras(List<String> notes, Map<String, Object> fields) {
    Extras() {
      this(new ArrayList<>(), new LinkedHashMap<>());
    }

    void addFingerprint(String hash, boolean json) {
      fields.put("fingerprint", hash);
      if (!json) {
        notes.add("fingerprint " + hash);
      }
    }
  }

  @Override
  public int run(JobContext context) {
    ModelConfig config = context.model().config();
    int[] biased =
        choice.sampling().logitBias().keySet().stream().mapToInt(Integer::intValue).toArray();
    TokenIds.requireKnown("--logit-bias", biased, config);
    // Only rank 0 reads and prints text, so the other ranks need no tokenizer.
    try (OptionalTokenizer tokenizer =
            context.root() ? OptionalTokenizer.open(engine.directory()) : OptionalTokenizer.none();
        SessionRun run = new SessionOpening(this, context, config, tokenizer).open()) {
      Transcript text =
          new Transcript(
              tokenizer.get(),
              run.start().prompt(),
              run.choice().stops(),
              context.root() && !json ? context.output()::print : piece -> {});
      Extras extras = new Extras();
      Generation result =
          run.nothingLeft() ? nothingLeft(run, text) : compute(context, config, run, text, extras);
      text.finish();
      if (context.root()) {
        GenerationReport report = new GenerationReport(run.start(), result, text.text());
        String summary = report.summary(context.settings(), context.world().size());
        print(context.output(), report, extras, summary);
        sayWhereCut(context.output(), run, result, config.maxPositions());
      }
    }
    return ExitCodes.DONE;
  }

  private static Generation nothingLeft(SessionRun run, Transcript text) {
    showAgain(run, text);
    return Generation.ended(
        run.start().ended() ? Generation.FinishReason.STOP : Generation.FinishReason.LENGTH);
  }

  /**
   * Prints the text of earlier runs, so that a resumed run prints the same text as one that was not
   * interrupted.
   */
  private static void showAgain(SessionRun run, Transcript text) {
    for (int token : run.start().done()) {
      text.add(token);
    }
  }

  private Generation compute(
      JobContext context, ModelConfig config, SessionRun run, Transcript text, Extras extras) {
    AttentionMass mass = stats ? new AttentionMass(config.layers(), config.heads()) : null;
    int positions = run.start().prompt().length + run.limit();
    try (Engine opened =
        new Engine(
            context.model(),
            context.settings(),
            context.world(),
            context.activity(),
            positions,
            mass)) {
      int[] known = run.start().known();
      BlockKeeping blocks =
          BlockKeeping.open(
              snapshot == null ? null : Path.of(snapshot),
              context.model(),
              opened,
              known,
              context.output());
      showAgain(run, text);
      Fingerprint hash = new Fingerprint();
      Generation result;
      try (blocks) {
        result = generate(opened, run, blocks, text, hash);
        blocks.keepPartial();
      }
      blocks.complain();
      if (stats) {
        gatherStats(opened, mass, result, extras);
      }
      if (fingerprint) {
        extras.addFingerprint(hash.finish(), json);
      }
      return result;
    }
  }

  private static void gatherStats(
      Engine engine, AttentionMass mass, Generation result, Extras extras) {
    List<RankStats> ranks = RankStats.gather(engine, mass);
    List<TrafficStats> traffic = TrafficStats.gather(engine, result);
    if (engine.world().rank() == 0) {
      extras.fields().put("ranks", ranks);
      extras.fields().put("communication", traffic);
      extras.notes().add(RankStats.table(ranks, engine));
      extras.notes().add(TrafficStats.table(traffic));
    }
  }

  private Generation generate(
      Engine opened, SessionRun run, BlockKeeping blocks, Transcript text, Fingerprint hash) {
    ChoiceOptions options = ChoiceOptions.of(run.choice().sampling());
    ChoiceRow.Sampled choice =
        ChoiceRow.of(
            fingerprint ? options.withLogits() : options,
            run.sampling(),
            opened.config().vocabulary());
    int[] known = run.start().known();
    int[] rest = Arrays.copyOfRange(known, blocks.restored(), known.length);
    try (Progress progress =
        Progress.of(
            opened.activity(),
            "reading the prompt, token",
            rest.length,
            opened.world().rank() == 0)) {
      return new Generator(opened, blocks)
          .generate(
              rest,
              run.limit() - run.start().done().length,
              choice,
              run.choice().ignoreEos() ? List.of() : opened.config().eosTokens(),
              token -> {
                token.logits().ifPresent(hash::add);
                run.keep(token.id());
                return text.add(token.id());
              },
              prefilled -> {
                progress.reach(prefilled);
                if (prefilled == rest.length) {
                  blocks.keepPartial();
                }
              });
    }
  }

  /**
   * Prints a note if the text ended because the context is full, and not by the model or the user's
   * limit.
   */
  private void sayWhereCut(Output output, SessionRun run, Generation result, int positions) {
    int tokens = run.start().done().length + result.tokens().size();
    if (result.finishReason() == Generation.FinishReason.LENGTH && tokens < maxNewTokens) {
      output.note(
          "kvasir: the model's context of %d tokens is full: %d new tokens of %d",
          positions, tokens, maxNewTokens);
    }
  }

  private void print(Output output, GenerationReport report, Extras extras, String summary) {
    if (json) {
      Map<String, Object> object = report.toJson();
      object.putAll(extras.fields());
      output.json(object);
    } else {
      output.line("");
    }
    extras.notes().forEach(output::note);
    output.note(summary);
  }
}
