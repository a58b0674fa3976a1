package kvasir.cli.job;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kvasir.engine.EngineSettings;
import kvasir.engine.Generation;
import kvasir.engine.session.Resumption;

/**
 * Report of a generation, as rank 0 prints it.
 *
 * @param start tokens that earlier runs of the session generated
 * @param result tokens and times of this run
 * @param text text of all new tokens; null without a tokenizer
 */
record GenerationReport(Resumption start, Generation result, String text) {
  Map<String, Object> toJson() {
    Map<String, Object> timings = new LinkedHashMap<>();
    timings.put("prefill_seconds", result.prefillSeconds());
    timings.put("decode_seconds", result.decodeSeconds());
    timings.put("prefill_tokens_per_second", result.prefillRate());
    timings.put("decode_tokens_per_second", result.decodeRate());
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("prompt_tokens", start.prompt());
    object.put("tokens", tokens());
    object.put("text", text);
    object.put("finish_reason", reason());
    object.put("timings", timings);
    return object;
  }

  private List<Integer> tokens() {
    return Stream.concat(IntStream.of(start.done()).boxed(), result.tokens().stream()).toList();
  }

  private String reason() {
    return result.finishReason().name().toLowerCase(Locale.ROOT);
  }

  String summary(EngineSettings settings, int ranks) {
    String earlier =
        start.done().length == 0
            ? ""
            : String.format("%d tokens of the session; ", start.done().length);
    return String.format(
        Locale.ROOT,
        "%sprefill %d tokens, %.1f tokens/s; decode %d tokens, %.1f tokens/s; %s; %d %s x %d %s",
        earlier,
        result.promptTokens(),
        result.prefillRate(),
        result.tokens().size(),
        result.decodeRate(),
        reason(),
        ranks,
        ranks == 1 ? "rank" : "ranks",
        settings.threads(),
        settings.threads() == 1 ? "thread" : "threads");
  }
}
