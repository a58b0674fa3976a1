package kvasir.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import kvasir.attention.AttentionMass;
import kvasir.cluster.Communicator;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.engine.Fingerprint;
import kvasir.engine.Generation;
import kvasir.engine.Generator;
import kvasir.engine.Sampler;
import kvasir.error.UserError;
import kvasir.model.ConfigReader;
import kvasir.model.ModelConfig;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Continue a prompt; the text streams to stdout.")
final class GenerateCommand extends RankCommand {
  @ArgGroup(multiplicity = "0..1")
  PromptOptions prompt;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "Most tokens to generate (default: 128).")
  int maxNewTokens = 128;

  @Mixin ChoiceOptions choice;

  @Option(
      names = "--session",
      paramLabel = "FILE",
      description =
          "Keep the tokens in this file, each written before it is shown and all on the disk at"
              + " most a second later and at the end. Where the file is there, go on with it, on"
              + " any layout: prompt and options are the file's, and one that is given and differs"
              + " is refused.")
  Path session;

  @Option(
      names = "--snapshot",
      paramLabel = "DIR",
      description =
          "Keep each rank's KV blocks in this folder, and read those that fit the prompt's (and the"
              + " session's) first tokens from it in place of a prefill, whichever ranks wrote"
              + " them. Works with and without --session.")
  Path snapshot;

  @Option(
      names = "--on-failure",
      paramLabel = "WHAT",
      description =
          "When a rank is lost: end, or rebuild, which starts ranks anew on the slots that are left"
              + " (spare ones of --hosts first) and goes on with the session's text (default:"
              + " end).")
  OnFailure onFailure = OnFailure.END;

  @Option(names = "--json", description = "Print one JSON object instead of text.")
  boolean json;

  @Option(
      names = "--stats",
      description =
          "Print of each rank its KV blocks, their bytes and share of attention mass, and what it"
              + " sent: messages, bytes and the time that computation waited.")
  boolean stats;

  @Option(
      names = "--fingerprint",
      description =
          "Also print a hash over the bits of all logits: equal on every layout. Of a session it"
              + " covers the tokens that this run has computed.")
  boolean fingerprint;

  @Spec CommandSpec spec;

  /** What a run prints beside its tokens. */
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
  void check() {
    CommonOptions.range("--max-new-tokens", maxNewTokens, 0, Integer.MAX_VALUE);
    choice.check();
    if (prompt == null && session == null) {
      throw new UserError(
          "kvasir generate", "there is no prompt", "give --prompt, --prompt-file or --tokens");
    }
    if (rebuilds()) {
      checkRebuild();
    }
  }

  private void checkRebuild() {
    if (session == null) {
      throw new UserError(
          "--on-failure", "rebuild has nothing to go on with", "give --session FILE as well");
    }
    if (!common.weights().isEmpty()) {
      throw new UserError(
          "--on-failure",
          "rebuild changes the number of ranks, and --shares gives each its own",
          "give --shares equal or measured");
    }
    if (!kvasir.start().canRelaunch(common)) {
      throw new UserError(
          "--on-failure",
          "rebuild is done by who starts the ranks, and Kvasir does not start them here",
          "start several by launch/kvasir generate --ranks P, with --transport mpj or native");
    }
  }

  @Override
  public Optional<UserText> text() {
    return Optional.ofNullable(prompt).flatMap(PromptOptions::source);
  }

  @Override
  public boolean rebuilds() {
    return onFailure == OnFailure.REBUILD;
  }

  @Override
  public int run(EngineSettings settings, Communicator world) {
    ModelConfig config = ConfigReader.read(settings.model());
    try (OptionalTokenizer tokenizer = OptionalTokenizer.open(settings.model());
        SessionRun run =
            new SessionOpening(
                    kvasir.start(),
                    session,
                    prompt,
                    choice.choice(),
                    spec.commandLine().getParseResult()::hasMatchedOption,
                    maxNewTokens,
                    settings,
                    config,
                    tokenizer.get(),
                    notice(world))
                .open(world)) {
      boolean shown = world.rank() == 0 && !json;
      Transcript text =
          new Transcript(
              tokenizer.get(),
              run.start().prompt(),
              run.choice().stops(),
              shown ? kvasir.output()::print : piece -> {});
      Extras extras = new Extras();
      Generation result =
          run.nothingLeft()
              ? nothingLeft(run, text)
              : compute(settings, world, config, run, text, extras);
      text.finish();
      if (world.rank() == 0) {
        GenerationReport report = new GenerationReport(run.start(), result, text.text());
        print(report, extras, report.summary(settings, world.size()));
        sayWhereCut(run, result, config.maxPositions());
      }
    }
    return ExitCodes.DONE;
  }

  private Consumer<String> notice(Communicator world) {
    return world.rank() == 0 ? kvasir.output()::note : line -> {};
  }

  private static Generation nothingLeft(SessionRun run, Transcript text) {
    showAgain(run, text);
    return Generation.ended(
        run.start().ended() ? Generation.FinishReason.STOP : Generation.FinishReason.LENGTH);
  }

  /** Text of earlier runs: a run that is gone on with prints all that an undisturbed one does. */
  private static void showAgain(SessionRun run, Transcript text) {
    for (int token : run.start().done()) {
      text.add(token);
    }
  }

  private Generation compute(
      EngineSettings settings,
      Communicator world,
      ModelConfig config,
      SessionRun run,
      Transcript text,
      Extras extras) {
    AttentionMass mass = stats ? new AttentionMass(config.layers(), config.heads()) : null;
    int positions = run.start().prompt().length + run.limit();
    try (Engine engine = new Engine(settings, world, positions, mass)) {
      int[] known = run.start().known();
      BlockKeeping blocks = BlockKeeping.open(snapshot, engine, known, kvasir.output());
      showAgain(run, text);
      Fingerprint hash = new Fingerprint();
      Generation result;
      try (blocks) {
        result = generate(engine, run, blocks, text, hash);
        blocks.keepPartial();
      }
      blocks.complain();
      if (stats) {
        gatherStats(engine, mass, result, extras);
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
      Engine engine, SessionRun run, BlockKeeping blocks, Transcript text, Fingerprint hash) {
    Sampler sampler = run.sampler();
    int[] known = run.start().known();
    int[] rest = Arrays.copyOfRange(known, blocks.restored(), known.length);
    try (Progress progress =
        Progress.of("reading the prompt, token", rest.length, engine.world().rank() == 0)) {
      return new Generator(engine, blocks)
          .generate(
              rest,
              run.limit() - run.start().done().length,
              logits -> {
                if (fingerprint) {
                  hash.add(logits);
                }
                return sampler.sample(logits);
              },
              run.choice().ignoreEos() ? List.of() : engine.config().eosTokens(),
              token -> {
                run.keep(token, sampler);
                return text.add(token);
              },
              prefilled -> {
                progress.reach(prefilled);
                if (prefilled == rest.length) {
                  blocks.keepPartial();
                }
              });
    }
  }

  /** Says it where the context, and neither the model nor the user, has ended the text. */
  private void sayWhereCut(SessionRun run, Generation result, int context) {
    int tokens = run.start().done().length + result.tokens().size();
    if (result.finishReason() == Generation.FinishReason.LENGTH && tokens < maxNewTokens) {
      kvasir
          .output()
          .note(
              "kvasir: the model's context of %d tokens is full: %d new tokens of %d",
              context, tokens, maxNewTokens);
    }
  }

  private void print(GenerationReport report, Extras extras, String summary) {
    Output output = kvasir.output();
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
