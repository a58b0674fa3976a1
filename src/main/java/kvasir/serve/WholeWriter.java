package kvasir.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Writer of an answer that is sent when it is complete. */
final class WholeWriter implements AnswerWriter {
  /** A choice that grows. */
  private static final class Part {
    private final AnswerText text = new AnswerText();
    private final List<TokenEntry> entries = new ArrayList<>();
    private EndReason reason = EndReason.LENGTH;
    private Optional<ObjectNode> attention = Optional.empty();
  }

  private final AnswerForm form;
  private final BiConsumer<Integer, ObjectNode> send;
  private final List<Part> parts = new ArrayList<>();

  /**
   * Creates the writer of an answer without text.
   *
   * @param choices number of choices of all prompts
   * @param send sends the answer with its status
   */
  WholeWriter(AnswerForm form, int choices, BiConsumer<Integer, ObjectNode> send) {
    this.form = form;
    this.send = send;
    for (int i = 0; i < choices; i++) {
      parts.add(new Part());
    }
  }

  @Override
  public void begin() {}

  @Override
  public void piece(int index, Piece piece) {
    piece.parts().forEach(parts.get(index).text::add);
    parts.get(index).entries.addAll(piece.entries());
  }

  @Override
  public void attended(int index, ObjectNode attention) {
    parts.get(index).attention = Optional.of(attention);
  }

  @Override
  public void finished(int index, EndReason reason) {
    parts.get(index).reason = reason;
  }

  @Override
  public void keepAlive() {}

  @Override
  public void done(Usage usage) {
    List<AnswerForm.Choice> choices =
        parts.stream()
            .map(part -> new AnswerForm.Choice(part.text, part.entries, part.reason))
            .toList();
    ObjectNode answer = form.whole(choices, usage);
    for (int index = 0; index < parts.size(); index++) {
      ObjectNode choice = (ObjectNode) answer.path("choices").path(index);
      parts.get(index).attention.ifPresent(node -> choice.set(ChoiceAttention.FIELD, node));
    }
    send.accept(200, answer);
  }

  @Override
  public void failed(ApiError error) {
    throw error;
  }
}
