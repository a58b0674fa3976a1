package kvasir.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import kvasir.engine.sampling.TokenScore;
import kvasir.file.Json;
import kvasir.text.Tokenizer;

/** Form of {@code /v1/chat/completions}, for one answer. Used by one thread at a time. */
final class ChatForm implements AnswerForm {
  private static final String CHUNK = "chat.completion.chunk";

  private final AnswerHead head;
  private final int choices;
  private final boolean logprobs;
  private final int top;
  private final RandomIds ids = new RandomIds();

  /**
   * Creates the form of an answer.
   *
   * @param generation the request
   */
  ChatForm(AnswerHead head, GenerationCall generation) {
    this.head = head;
    this.choices = generation.choices();
    this.logprobs = generation.logprobs().isPresent();
    this.top = generation.logprobs().orElse(0);
  }

  @Override
  public List<ObjectNode> opening() {
    List<ObjectNode> events = new ArrayList<>();
    for (int index = 0; index < choices; index++) {
      ObjectNode event = head.json(CHUNK);
      delta(event, index).put("role", "assistant").put("content", "");
      events.add(event);
    }
    return events;
  }

  private static ObjectNode choice(ObjectNode event, int index) {
    ObjectNode choice = event.putArray("choices").addObject().put("index", index);
    return choice.putNull("logprobs").putNull("finish_reason");
  }

  private static ObjectNode delta(ObjectNode event, int index) {
    return choice(event, index).putObject("delta");
  }

  @Override
  public List<ObjectNode> pieces(int index, Piece piece) {
    List<ObjectNode> events = new ArrayList<>();
    List<TokenEntry> entries = piece.entries();
    for (AnswerPart part : piece.parts()) {
      ObjectNode event = head.json(CHUNK);
      switch (part) {
        case AnswerPart.Thought(String text) -> delta(event, index).put("reasoning_content", text);
        case AnswerPart.Content(String text, int place) -> {
          content(event, index, text, entries);
          entries = List.of();
        }
        case AnswerPart.CallBegin(int call, String name) ->
            call(delta(event, index).putArray("tool_calls").addObject().put("index", call), name)
                .put("arguments", "");
        case AnswerPart.Arguments(int call, String text) -> {
          ObjectNode node = delta(event, index).putArray("tool_calls").addObject();
          node.put("index", call).putObject("function").put("arguments", text);
        }
        case AnswerPart.Special hidden -> throw new IllegalStateException(hidden.spelling());
      }
      events.add(event);
    }
    if (!entries.isEmpty()) {
      ObjectNode event = head.json(CHUNK);
      content(event, index, "", entries);
      events.add(event);
    }
    return events;
  }

  private void content(ObjectNode event, int index, String text, List<TokenEntry> entries) {
    ObjectNode choice = choice(event, index);
    choice.putObject("delta").put("content", text);
    if (logprobs) {
      choice.set("logprobs", logprobs(entries));
    }
  }

  /** Adds what identifies a call, and returns the object that its arguments belong to. */
  private ObjectNode call(ObjectNode node, String name) {
    node.put("id", ids.call()).put("type", "function");
    return node.putObject("function").put("name", name);
  }

  @Override
  public List<ObjectNode> end(int index, EndReason reason) {
    ObjectNode last = head.json(CHUNK);
    ObjectNode choice = choice(last, index);
    choice.putObject("delta");
    choice.put("finish_reason", reason.json());
    return List.of(last);
  }

  @Override
  public ObjectNode counts(Usage usage) {
    ObjectNode event = head.json(CHUNK);
    event.putArray("choices");
    event.set("usage", usage.json());
    return event;
  }

  @Override
  public ObjectNode whole(List<Choice> choices, Usage usage) {
    ObjectNode answer = head.json("chat.completion");
    ArrayNode list = answer.putArray("choices");
    for (int index = 0; index < choices.size(); index++) {
      Choice choice = choices.get(index);
      ObjectNode node = list.addObject().put("index", index);
      message(node.putObject("message").put("role", "assistant"), choice.text());
      if (logprobs) {
        node.set("logprobs", logprobs(choice.entries()));
      } else {
        node.putNull("logprobs");
      }
      node.put("finish_reason", choice.reason().json());
    }
    answer.set("usage", usage.json());
    return answer;
  }

  private void message(ObjectNode message, AnswerText text) {
    if (text.content().isEmpty() && !text.calls().isEmpty()) {
      message.putNull("content");
    } else {
      message.put("content", text.content());
    }
    if (!text.thoughts().isEmpty()) {
      message.put("reasoning_content", text.thoughts());
    }
    if (!text.calls().isEmpty()) {
      ArrayNode calls = message.putArray("tool_calls");
      text.calls()
          .forEach(call -> call(calls.addObject(), call.name()).put("arguments", call.arguments()));
    }
  }

  private ObjectNode logprobs(List<TokenEntry> entries) {
    ObjectNode node = Json.object();
    ArrayNode content = node.putArray("content");
    Tokenizer tokenizer = head.model().tokenizer();
    for (TokenEntry entry : entries) {
      ObjectNode token = content.addObject();
      describe(token, tokenizer, entry.id(), entry.logprob().orElse(0));
      ArrayNode likeliest = token.putArray("top_logprobs");
      for (TokenScore score :
          entry.likeliest().subList(0, Math.min(top, entry.likeliest().size()))) {
        describe(likeliest.addObject(), tokenizer, score.id(), score.logprob());
      }
    }
    return node;
  }

  private static void describe(ObjectNode node, Tokenizer tokenizer, int id, double logprob) {
    node.put("token", TokenText.of(tokenizer, id)).put("logprob", CompletionForm.finite(logprob));
    ArrayNode list = node.putArray("bytes");
    for (byte b : tokenizer.bytesOf(id)) {
      list.add(b & 0xff);
    }
  }
}
