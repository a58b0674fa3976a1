package kvasir.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import kvasir.engine.request.FinishReason;
import kvasir.engine.sampling.TokenScore;
import kvasir.file.Json;
import kvasir.text.Tokenizer;

/** Form of {@code /v1/chat/completions}, for one answer. Used by one thread at a time. */
final class ChatForm implements AnswerForm {
  private static final String CHUNK = "chat.completion.chunk";

  private final AnswerHead head;
  private final boolean logprobs;
  private final int top;
  private final List<ThoughtSplitter> splitters = new ArrayList<>();
  private final List<List<TokenEntry>> held = new ArrayList<>();

  /**
   * Creates the form of an answer.
   *
   * @param generation the request
   * @param thinking whether choices begin within their thoughts
   */
  ChatForm(AnswerHead head, GenerationCall generation, boolean thinking) {
    this.head = head;
    this.logprobs = generation.logprobs().isPresent();
    this.top = generation.logprobs().orElse(0);
    for (int i = 0; i < generation.choices(); i++) {
      splitters.add(new ThoughtSplitter(thinking));
      held.add(new ArrayList<>());
    }
  }

  @Override
  public List<ObjectNode> opening() {
    List<ObjectNode> events = new ArrayList<>();
    for (int index = 0; index < splitters.size(); index++) {
      ObjectNode event = head.json(CHUNK);
      ObjectNode choice = choice(event, index);
      choice.putObject("delta").put("role", "assistant").put("content", "");
      events.add(event);
    }
    return events;
  }

  private static ObjectNode choice(ObjectNode event, int index) {
    ObjectNode choice = event.putArray("choices").addObject().put("index", index);
    return choice.putNull("logprobs").putNull("finish_reason");
  }

  @Override
  public List<ObjectNode> pieces(int index, Piece piece) {
    held.get(index).addAll(piece.entries());
    return events(index, splitters.get(index).add(piece.text()));
  }

  private List<ObjectNode> events(int index, List<ThoughtSplitter.Part> parts) {
    List<ObjectNode> events = new ArrayList<>();
    for (ThoughtSplitter.Part part : parts) {
      ObjectNode event = head.json(CHUNK);
      ObjectNode choice = choice(event, index);
      choice.putObject("delta").put(part.thought() ? "reasoning_content" : "content", part.text());
      if (!part.thought() && logprobs) {
        choice.set("logprobs", logprobs(contentEntries(index)));
      }
      events.add(event);
    }
    return events;
  }

  /** Returns the entries so far of tokens of the content, and forgets them with those before it. */
  private List<TokenEntry> contentEntries(int index) {
    int from = splitters.get(index).contentFrom();
    List<TokenEntry> entries = held.get(index).stream().filter(e -> e.offset() >= from).toList();
    held.get(index).clear();
    return entries;
  }

  @Override
  public List<ObjectNode> end(int index, FinishReason reason) {
    List<ObjectNode> events = events(index, splitters.get(index).finish());
    ObjectNode last = head.json(CHUNK);
    ObjectNode choice = choice(last, index);
    choice.putObject("delta");
    choice.put("finish_reason", CompletionForm.name(reason));
    events.add(last);
    return events;
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
      ThoughtSplitter splitter = splitters.get(index);
      List<ThoughtSplitter.Part> parts = new ArrayList<>(splitter.add(choice.text()));
      parts.addAll(splitter.finish());
      held.get(index).addAll(choice.entries());
      ObjectNode node = list.addObject().put("index", index);
      ObjectNode message = node.putObject("message").put("role", "assistant");
      message.put("content", text(parts, false));
      String thoughts = text(parts, true);
      if (!thoughts.isEmpty()) {
        message.put("reasoning_content", thoughts);
      }
      if (logprobs) {
        node.set("logprobs", logprobs(contentEntries(index)));
      } else {
        node.putNull("logprobs");
      }
      node.put("finish_reason", CompletionForm.name(choice.reason()));
    }
    answer.set("usage", usage.json());
    return answer;
  }

  private static String text(List<ThoughtSplitter.Part> parts, boolean thought) {
    return parts.stream()
        .filter(part -> part.thought() == thought)
        .map(ThoughtSplitter.Part::text)
        .collect(Collectors.joining());
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
