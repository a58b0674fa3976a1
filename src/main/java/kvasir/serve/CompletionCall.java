package kvasir.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import kvasir.engine.constraint.Constraint;
import kvasir.engine.sampling.SamplingOptions;

/** Reader of requests of {@code /v1/completions}. */
final class CompletionCall {
  private static final int DEFAULT_TOKENS = 16;

  private CompletionCall() {}

  /**
   * Reads a request.
   *
   * @param seed seed of a request without one
   * @throws ApiError if it is wrong
   */
  static GenerationEndpoint.Call read(Fields fields, ServedModel model, long seed) {
    CommonFields.checkModel(fields, model);
    CommonFields.refuse(fields, "suffix", "tools", "grammar", "prompt_logprobs");
    boolean echo = fields.flag("echo", false);
    List<String> echoed = new ArrayList<>();
    List<int[]> prompts = prompts(fields, model, echo ? Optional.of(echoed) : Optional.empty());
    SamplingOptions sampling =
        SamplingFields.read(fields, model.defaults(), seed, model.vocabulary());
    GenerationCall generation =
        new GenerationCall(
            prompts,
            CommonFields.choices(fields),
            CommonFields.limit(fields, "max_tokens", 0).orElse(DEFAULT_TOKENS),
            AnswerDivider::contentOnly,
            CommonFields.stops(fields),
            fields.flag("ignore_eos", false),
            logprobs(fields),
            ResponseFormat.constraint(fields, model, Constraint.Before.NOTHING),
            sampling,
            fields.flag("stream", false),
            CommonFields.includeUsage(fields),
            fields.flag(ChoiceAttention.FIELD, false));
    boolean logprobs = generation.logprobs().isPresent();
    return new GenerationEndpoint.Call(
        generation, echoed, "cmpl-", head -> new CompletionForm(head, logprobs));
  }

  private static OptionalInt logprobs(Fields fields) {
    Optional<JsonNode> value = fields.value("logprobs");
    // Clients that mix the two forms send false for none.
    if (value.isEmpty() || (value.get().isBoolean() && !value.get().booleanValue())) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(
        (int) Fields.whole("logprobs", value.get(), 0, CommonFields.MAX_LOGPROBS));
  }

  private static List<int[]> prompts(
      Fields fields, ServedModel model, Optional<List<String>> echoed) {
    JsonNode value =
        fields.value("prompt").orElseThrow(() -> ApiError.invalid("prompt", "prompt is missing"));
    PromptReader reader = new PromptReader(model, echoed);
    if (value.isTextual()) {
      reader.text("prompt", value);
    } else if (!value.isArray() || value.isEmpty()) {
      throw Fields.unlike("prompt", "a text, a list of texts, or token ids", value);
    } else if (value.get(0).isTextual()) {
      for (int i = 0; i < value.size(); i++) {
        reader.text("prompt", value.get(i));
      }
    } else if (value.get(0).isArray()) {
      for (int i = 0; i < value.size(); i++) {
        reader.ids("prompt", value.get(i));
      }
    } else {
      reader.ids("prompt", value);
    }
    return reader.prompts();
  }
}
