package kvasir.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import kvasir.engine.constraint.Constraint;
import kvasir.text.ChatInput;

/** Reader of requests of {@code /v1/chat/completions}. */
final class ChatCall {
  private ChatCall() {}

  /**
   * Reads a request.
   *
   * @param seed seed of a request without one
   * @throws ApiError if it is wrong
   */
  static GenerationEndpoint.Call read(Fields fields, ServedModel model, long seed) {
    ChatPrompts prompts = prompts(fields, model);
    Tools tools = Tools.read(fields);
    ChatPrompts.Prompt prompt = prompts.prompt(input(fields, tools), tools, model);
    CommonFields.refuse(fields, "functions", "audio", "prediction", "grammar");
    refuseFunctionCall(fields);
    Optional<String> format =
        ResponseFormat.grammar(fields, model)
            .map(grammar -> prompts.withCalls(grammar, tools, model))
            .map(all -> ResponseFormat.constraint(all, fields, model, prompt.thoughts()));
    CommonFields.checkLength(prompt.ids().length, "messages", model);
    GenerationCall generation =
        new GenerationCall(
            List.of(prompt.ids()),
            CommonFields.choices(fields),
            maxTokens(fields),
            () -> new AnswerDivider(prompt.answer(), prompt.calls()),
            CommonFields.stops(fields),
            fields.flag("ignore_eos", false),
            logprobs(fields),
            prompt.constraint().map(Constraint::text).or(() -> format),
            SamplingFields.read(fields, model.defaults(), seed, model.vocabulary()),
            fields.flag("stream", false),
            CommonFields.includeUsage(fields),
            fields.flag(ChoiceAttention.FIELD, false));
    return new GenerationEndpoint.Call(
        generation, List.of(), "chatcmpl-", head -> new ChatForm(head, generation));
  }

  /**
   * Returns the prompt of a request's conversation.
   *
   * @throws ApiError if the conversation is wrong, or the model has no chat template
   */
  static ChatPrompts.Prompt prompt(Fields fields, ServedModel model) {
    Tools tools = Tools.read(fields);
    return prompts(fields, model).prompt(input(fields, tools), tools, model);
  }

  private static ChatPrompts prompts(Fields fields, ServedModel model) {
    CommonFields.checkModel(fields, model);
    return model
        .chat()
        .orElseThrow(
            () ->
                ApiError.invalid(
                    null, "the model has no chat template; use /v1/completions instead"));
  }

  private static ChatInput input(Fields fields, Tools tools) {
    if (fields.value("chat_template").isPresent()) {
      throw ApiError.invalid(
          "chat_template", "chat_template is not taken from requests; leave it out");
    }
    boolean further = fields.flag("continue_final_message", false);
    boolean turn = fields.flag("add_generation_prompt", !further);
    if (further && turn) {
      throw ApiError.invalid(
          "continue_final_message",
          "continue_final_message and add_generation_prompt cannot both be true");
    }
    return new ChatInput(
        ChatMessageFields.read(fields),
        tools.forTemplate(),
        fields.list("documents").orElse(null),
        turn,
        further,
        variables(fields),
        LocalDateTime.now(ZoneId.systemDefault()));
  }

  private static Map<String, JsonNode> variables(Fields fields) {
    Map<String, JsonNode> variables = new LinkedHashMap<>();
    Optional<Fields> given = fields.object("chat_template_kwargs");
    if (given.isEmpty()) {
      return variables;
    }
    for (Map.Entry<String, JsonNode> entry : given.get().node().properties()) {
      if (ChatInput.RESERVED.contains(entry.getKey())) {
        String path = given.get().path(entry.getKey());
        throw ApiError.invalid(path, path + " cannot be set by a request; leave it out");
      }
      variables.put(entry.getKey(), entry.getValue());
    }
    return variables;
  }

  /** Refuses the older name of {@code tool_choice}, except for words that say nothing here. */
  private static void refuseFunctionCall(Fields fields) {
    String choice = fields.value("function_call").map(JsonNode::asText).orElse("none");
    if (!choice.equals("none") && !choice.equals("auto")) {
      CommonFields.refuse(fields, "function_call");
    }
  }

  private static int maxTokens(Fields fields) {
    OptionalInt newer = CommonFields.limit(fields, "max_completion_tokens", 1);
    return newer.isPresent()
        ? newer.getAsInt()
        : CommonFields.limit(fields, "max_tokens", 1).orElse(Integer.MAX_VALUE);
  }

  private static OptionalInt logprobs(Fields fields) {
    boolean wanted = fields.flag("logprobs", false);
    OptionalLong top = fields.whole("top_logprobs", 0, CommonFields.MAX_LOGPROBS);
    if (!wanted && top.orElse(0) > 0) {
      throw ApiError.invalid("top_logprobs", "top_logprobs needs logprobs true");
    }
    return wanted ? OptionalInt.of((int) top.orElse(0)) : OptionalInt.empty();
  }
}
