package kvasir.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kvasir.attention.AttentionMass;
import kvasir.cluster.Communicator;
import kvasir.error.UserError;
import kvasir.generate.Engine;
import kvasir.generate.EngineSettings;
import kvasir.generate.Fingerprint;
import kvasir.generate.Generation;
import kvasir.generate.Generator;
import kvasir.generate.Sampler;
import kvasir.generate.SamplingOptions;
import kvasir.model.ConfigReader;
import kvasir.model.ModelConfig;
import kvasir.tokenize.IncrementalDecoder;
import kvasir.tokenize.Tokenizer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Continue a prompt; the text streams to stdout.")
final class GenerateCommand extends RankCommand {
  @ArgGroup(multiplicity = "1")
  PromptOptions prompt;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "Most tokens to generate (default: 128).")
  int maxNewTokens = 128;

  @Option(
      names = "--temperature",
      paramLabel = "X",
      description = "0 takes the likeliest token (default: 0).")
  double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Keep the K likeliest; 0 keeps all (default: 0).")
  int topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Keep the likeliest that make up probability P (default: 1).")
  double topP = 1;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Keep those with at least P times the likeliest's probability (default: 0).")
  double minP;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The same seed gives the same tokens on every layout (default: 0).")
  long seed;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "End before this text; may be repeated.")
  List<String> stops = new ArrayList<>();

  @Option(names = "--ignore-eos", description = "Go on past end-of-sequence tokens.")
  boolean ignoreEos;

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
      description = "Also print a hash over the bits of all logits: equal on every layout.")
  boolean fingerprint;

  @Override
  void check() {
    CommonOptions.range("--max-new-tokens", maxNewTokens, 0, Integer.MAX_VALUE);
    CommonOptions.range("--top-k", topK, 0, Integer.MAX_VALUE);
    real("--temperature", temperature >= 0 && temperature < Double.POSITIVE_INFINITY, "0 or more");
    real("--top-p", topP > 0 && topP <= 1, "more than 0, at most 1");
    real("--min-p", minP >= 0 && minP <= 1, "0 to 1");
    if (stops.contains("")) {
      throw new UserError("--stop", "the stop text is empty", "give some text");
    }
  }

  private static void real(String option, boolean valid, String range) {
    if (!valid) {
      throw new UserError(option, "value is out of range", "give " + range);
    }
  }

  @Override
  public int run(EngineSettings settings, Communicator world) {
    ModelConfig config = ConfigReader.read(settings.model());
    try (OptionalTokenizer tokenizer = OptionalTokenizer.open(settings.model())) {
      int[] ids = prompt.ids(tokenizer.get(), config, settings.model());
      // A token needs no position of its own until another follows it: the last one is free.
      int room = config.maxPositions() - ids.length + 1;
      int limit = Math.min(maxNewTokens, room);
      AttentionMass mass = stats ? new AttentionMass(config.layers(), config.heads()) : null;
      try (Engine engine = new Engine(settings, world, ids.length + limit, mass)) {
        generate(engine, tokenizer.get(), ids, limit, mass);
      }
    }
    return ExitCodes.DONE;
  }

  private void generate(
      Engine engine, Optional<Tokenizer> tokenizer, int[] ids, int limit, AttentionMass mass) {
    boolean root = engine.world().rank() == 0;
    Output output = kvasir.output();
    TextStream text = new TextStream(stops, root && !json ? output::print : piece -> {});
    Pieces pieces = Pieces.of(tokenizer, ids);
    Sampler sampler = new Sampler(new SamplingOptions(temperature, topK, topP, minP, seed));
    Fingerprint hash = new Fingerprint();
    Generation result;
    try (Progress progress = Progress.of("prefill", ids.length, root)) {
      result =
          new Generator(engine)
              .generate(
                  ids,
                  limit,
                  logits -> {
                    if (fingerprint) {
                      hash.add(logits);
                    }
                    return sampler.sample(logits);
                  },
                  ignoreEos ? List.of() : engine.config().eosTokens(),
                  token -> text.add(pieces.next(token)),
                  progress::reach);
    }
    text.finish(pieces.finish());
    List<RankStats> ranks = stats ? RankStats.gather(engine, mass) : List.of();
    List<TrafficStats> traffic = stats ? TrafficStats.gather(engine, result) : List.of();
    if (!root) {
      return;
    }
    if (json) {
      Map<String, Object> object = toJson(result, tokenizer.isPresent() ? text.text() : null, ids);
      if (stats) {
        object.put("ranks", ranks);
        object.put("communication", traffic);
      }
      if (fingerprint) {
        object.put("fingerprint", hash.finish());
      }
      output.json(object);
    } else {
      output.line("");
    }
    if (stats) {
      output.note(RankStats.table(ranks, engine));
      output.note(TrafficStats.table(traffic));
    }
    if (fingerprint && !json) {
      output.note("fingerprint %s", hash.finish());
    }
    summarise(output, engine, result);
  }

  private static void summarise(Output output, Engine engine, Generation result) {
    output.note(
        "prefill %d tokens, %.1f tokens/s; decode %d tokens, %.1f tokens/s; %s; %d %s x %d %s",
        result.promptTokens(),
        result.prefillRate(),
        result.tokens().size(),
        result.decodeRate(),
        result.finishReason().name().toLowerCase(java.util.Locale.ROOT),
        engine.world().size(),
        engine.world().size() == 1 ? "rank" : "ranks",
        engine.settings().threads(),
        engine.settings().threads() == 1 ? "thread" : "threads");
  }

  private static Map<String, Object> toJson(Generation result, String text, int[] ids) {
    Map<String, Object> timings = new LinkedHashMap<>();
    timings.put("prefill_seconds", result.prefillSeconds());
    timings.put("decode_seconds", result.decodeSeconds());
    timings.put("prefill_tokens_per_second", result.prefillRate());
    timings.put("decode_tokens_per_second", result.decodeRate());
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("prompt_tokens", ids);
    object.put("tokens", result.tokens());
    object.put("text", text);
    object.put("finish_reason", result.finishReason().name().toLowerCase(java.util.Locale.ROOT));
    object.put("timings", timings);
    return object;
  }

  /** How ids become text: by the tokenizer, or as numbers where the model has none. */
  private record Pieces(Optional<IncrementalDecoder> decoder) {
    static Pieces of(Optional<Tokenizer> tokenizer, int[] prompt) {
      return new Pieces(tokenizer.map(t -> new IncrementalDecoder(t, prompt)));
    }

    String next(int token) {
      return decoder.map(d -> d.next(token)).orElse(token + " ");
    }

    String finish() {
      return decoder.map(IncrementalDecoder::finish).orElse("");
    }
  }
}
