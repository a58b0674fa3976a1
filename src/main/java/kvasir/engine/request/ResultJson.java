package kvasir.engine.request;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import kvasir.engine.sampling.TokenScore;

/**
 * One result as a line of JSON. Equal results give equal bytes. A number is the shortest text that
 * gives the same double; one that is not finite is null.
 */
final class ResultJson {
  private static final double MICROS = 1e6;
  private static final CompletionChoice NONE =
      new CompletionChoice(Optional.empty(), List.of(), FinishReason.ERROR, Optional.empty());

  private final StringBuilder out = new StringBuilder();

  private ResultJson() {}

  /**
   * Returns a result in UTF-8 with its LF.
   *
   * @param run everything beside the line that decides the result
   */
  static byte[] line(CompletionResult result, Provenance run) {
    ResultJson json = new ResultJson();
    json.append(result, run);
    return json.out.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  private void append(CompletionResult result, Provenance run) {
    out.append("{\"id\":").append(result.id().map(RequestId::json).orElse("null"));
    List<CompletionChoice> choices = result.choices();
    fields(choices.isEmpty() ? NONE : choices.getFirst(), result.finishReason());
    if (result.error().isPresent()) {
      field("error").append(JsonText.quote(result.error().get()));
      field("line").append(result.line());
    }
    if (result.request().isPresent() && result.request().get().choices() > 1) {
      field("choices").append('[');
      for (int i = 0; i < choices.size(); i++) {
        out.append(i == 0 ? "" : ",").append("{\"index\":").append(i);
        fields(choices.get(i), choices.get(i).finishReason());
        out.append('}');
      }
      out.append(']');
    }
    result.timings().ifPresent(this::timings);
    if (result.request().isPresent()) {
      field("request").append(JsonText.quote(Provenance.of(result.request().get()).text()));
      field("run").append(JsonText.quote(run.text()));
    }
    out.append('}');
  }

  private void fields(CompletionChoice choice, FinishReason reason) {
    field("text").append(choice.text().map(JsonText::quote).orElse("null"));
    field("tokens");
    list(choice.tokens(), out::append);
    field("finish_reason").append('"').append(reason.json()).append('"');
    choice.logprobs().ifPresent(this::logprobs);
  }

  private void logprobs(CompletionChoice.Logprobs logprobs) {
    field("logprobs");
    list(logprobs.chosen(), this::number);
    if (!logprobs.top().isEmpty()) {
      field("top");
      list(logprobs.top(), scores -> list(scores, this::score));
    }
  }

  private void score(TokenScore score) {
    out.append("{\"id\":").append(score.id()).append(",\"logprob\":");
    number(score.logprob());
    out.append('}');
  }

  private void timings(CompletionTimings timings) {
    field("timings").append("{\"prompt_tokens\":").append(timings.promptTokens());
    field("cached_tokens").append(timings.cachedTokens());
    seconds("waiting_seconds", timings.waitingSeconds());
    seconds("prefill_seconds", timings.prefillSeconds());
    seconds("decode_seconds", timings.decodeSeconds());
    out.append('}');
  }

  private void seconds(String name, double seconds) {
    field(name);
    number(Math.rint(seconds * MICROS) / MICROS);
  }

  private StringBuilder field(String name) {
    return out.append(",\"").append(name).append("\":");
  }

  private <T> void list(List<T> values, Consumer<T> append) {
    out.append('[');
    for (int i = 0; i < values.size(); i++) {
      out.append(i == 0 ? "" : ",");
      append.accept(values.get(i));
    }
    out.append(']');
  }

  private void number(double value) {
    out.append(Double.isFinite(value) ? Double.toString(value) : "null");
  }
}
