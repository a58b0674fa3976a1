package kvasir.engine.request;

import static kvasir.engine.request.CompletionRequest.DEFAULT_TOKENS;
import static kvasir.engine.request.CompletionRequest.MAX_CHOICES;

import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import kvasir.engine.sampling.Penalties;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.engine.sampling.SamplingRange;

/** The fields of one line while it is read. Those that are absent have the default of a run. */
final class RequestFields {
  private static final List<String> NAMES =
      List.of(
          "id",
          "prompt",
          "tokens",
          "max_tokens",
          "stop",
          "ignore_eos",
          "n",
          "logprobs",
          "temperature",
          "top_k",
          "top_p",
          "min_p",
          "seed",
          "logit_bias",
          "repetition_penalty",
          "frequency_penalty",
          "presence_penalty");

  private static final NumberRange TEMPERATURE =
      new NumberRange("of 0 or more", SamplingRange.TEMPERATURE);
  private static final NumberRange TOP_P =
      new NumberRange("above 0, at most 1", SamplingRange.TOP_P);
  private static final NumberRange MIN_P = new NumberRange("from 0 to 1", SamplingRange.MIN_P);
  private static final NumberRange REPETITION =
      new NumberRange("above 0", SamplingRange.REPETITION_PENALTY);
  private static final NumberRange FREQUENCY =
      new NumberRange("from -2 to 2", SamplingRange.FREQUENCY_PENALTY);
  private static final NumberRange PRESENCE =
      new NumberRange("from -2 to 2", SamplingRange.PRESENCE_PENALTY);
  private static final NumberRange BIAS =
      new NumberRange("from -100 to 100", SamplingRange.LOGIT_BIAS);

  private RequestId id;
  private String prompt;
  private int[] tokens;
  private long maxTokens = DEFAULT_TOKENS;
  private List<String> stops = List.of();
  private boolean ignoreEos;
  private int choices = 1;
  private OptionalInt logprobs = OptionalInt.empty();
  private double temperature;
  private int topK;
  private double topP = 1;
  private double minP;
  private long seed;
  private double repetitionPenalty = 1;
  private double frequencyPenalty;
  private double presencePenalty;
  private SortedMap<Integer, Double> logitBias = new TreeMap<>();

  /** Reads the value of a field, at which the parser stands. */
  void read(String field, FieldParser value) throws IOException, RequestFault {
    switch (field) {
      case "id" -> id = value.id(field);
      case "prompt" -> prompt = value.nonEmpty(field);
      case "tokens" -> tokens = value.tokens(field);
      case "max_tokens" -> maxTokens = value.whole(field, 0, Long.MAX_VALUE);
      case "stop" -> stops = value.texts(field);
      case "ignore_eos" -> ignoreEos = value.flag(field);
      case "n" -> choices = (int) value.whole(field, 1, MAX_CHOICES);
      case "logprobs" -> logprobs = OptionalInt.of(value.count(field));
      default -> readSampling(field, value);
    }
  }

  private void readSampling(String field, FieldParser value) throws IOException, RequestFault {
    switch (field) {
      case "temperature" -> temperature = value.real(field, TEMPERATURE);
      case "top_k" -> topK = (int) value.whole(field, 0, Integer.MAX_VALUE);
      case "top_p" -> topP = value.real(field, TOP_P);
      case "min_p" -> minP = value.real(field, MIN_P);
      case "seed" -> seed = value.whole(field, Long.MIN_VALUE, Long.MAX_VALUE);
      case "logit_bias" -> logitBias = value.byToken(field, BIAS);
      case "repetition_penalty" -> repetitionPenalty = value.real(field, REPETITION);
      case "frequency_penalty" -> frequencyPenalty = value.real(field, FREQUENCY);
      case "presence_penalty" -> presencePenalty = value.real(field, PRESENCE);
      default -> throw unknown(field);
    }
  }

  /** Throws a fault if there is no such field. */
  static void requireKnown(String field) throws RequestFault {
    if (!NAMES.contains(field)) {
      throw unknown(field);
    }
  }

  private static RequestFault unknown(String field) {
    return new RequestFault(
        "there is no field "
            + JsonText.quote(FieldParser.cut(field))
            + "; there are "
            + String.join(", ", NAMES));
  }

  /** Returns the request of these fields; throws a fault if one is missing. */
  CompletionRequest request(long line) throws RequestFault {
    if (id == null) {
      throw new RequestFault("the field id is missing");
    }
    if (prompt == null && tokens == null) {
      throw new RequestFault("the field prompt or tokens is missing");
    }
    if (prompt != null && tokens != null) {
      throw new RequestFault("there are both prompt and tokens; give one of them");
    }
    return new CompletionRequest(
        line,
        id,
        prompt != null ? new Prompt.Text(prompt) : new Prompt.Tokens(tokens),
        maxTokens,
        stops,
        ignoreEos,
        choices,
        logprobs,
        sampling());
  }

  private SamplingOptions sampling() {
    return new SamplingOptions(
        temperature,
        topK,
        topP,
        minP,
        seed,
        new Penalties(repetitionPenalty, frequencyPenalty, presencePenalty),
        logitBias);
  }
}
