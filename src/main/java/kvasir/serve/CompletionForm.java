package kvasir.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import kvasir.engine.sampling.TokenScore;
import kvasir.text.Tokenizer;

/**
 * Form of {@code /v1/completions}.
 *
 * @param logprobs whether tokens have log-probabilities
 */
record CompletionForm(AnswerHead head, boolean logprobs) implements AnswerForm {
  private static final String OBJECT = "text_completion";

  /** Number in place of one that is not finite, which JSON cannot have. */
  private static final double NO_CHANCE = -9999;

  @Override
  public List<ObjectNode> opening() {
    return List.of();
  }

  @Override
  public List<ObjectNode> pieces(int index, Piece piece) {
    ObjectNode chunk = head.json(OBJECT);
    choice(chunk.putArray("choices"), index, content(piece), piece.entries())
        .putNull("finish_reason");
    return List.of(chunk);
  }

  @Override
  public List<ObjectNode> end(int index, EndReason reason) {
    ObjectNode chunk = head.json(OBJECT);
    choice(chunk.putArray("choices"), index, "", List.of()).put("finish_reason", reason.json());
    return List.of(chunk);
  }

  @Override
  public ObjectNode counts(Usage usage) {
    ObjectNode chunk = head.json(OBJECT);
    chunk.putArray("choices");
    chunk.set("usage", usage.json());
    return chunk;
  }

  @Override
  public ObjectNode whole(List<Choice> choices, Usage usage) {
    ObjectNode answer = head.json(OBJECT);
    ArrayNode list = answer.putArray("choices");
    for (int index = 0; index < choices.size(); index++) {
      Choice choice = choices.get(index);
      choice(list, index, choice.text().content(), choice.entries())
          .put("finish_reason", choice.reason().json());
    }
    answer.set("usage", usage.json());
    return answer;
  }

  private static String content(Piece piece) {
    AnswerText text = new AnswerText();
    piece.parts().forEach(text::add);
    return text.content();
  }

  private ObjectNode choice(ArrayNode list, int index, String text, List<TokenEntry> entries) {
    ObjectNode choice = list.addObject().put("index", index).put("text", text);
    if (logprobs) {
      entries(choice.putObject("logprobs"), entries);
    } else {
      choice.putNull("logprobs");
    }
    return choice;
  }

  private void entries(ObjectNode logprobs, List<TokenEntry> entries) {
    Tokenizer tokenizer = head.model().tokenizer();
    ArrayNode tokens = logprobs.putArray("tokens");
    ArrayNode numbers = logprobs.putArray("token_logprobs");
    ArrayNode top = logprobs.putArray("top_logprobs");
    ArrayNode offsets = logprobs.putArray("text_offset");
    for (TokenEntry entry : entries) {
      String text = TokenText.of(tokenizer, entry.id());
      tokens.add(text);
      offsets.add(entry.offset());
      if (entry.logprob().isEmpty()) {
        numbers.addNull();
        top.addNull();
        continue;
      }
      numbers.add(finite(entry.logprob().getAsDouble()));
      ObjectNode byToken = top.addObject();
      for (TokenScore likely : entry.likeliest()) {
        // Where two tokens have one text, the likelier one stays.
        String key = TokenText.of(tokenizer, likely.id());
        if (!byToken.has(key)) {
          byToken.put(key, finite(likely.logprob()));
        }
      }
      if (!byToken.has(text)) {
        byToken.put(text, finite(entry.logprob().getAsDouble()));
      }
    }
  }

  static double finite(double logprob) {
    return Double.isFinite(logprob) ? logprob : NO_CHANCE;
  }
}
