package kvasir.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.Optional;
import kvasir.template.TemplateError;

/**
 * Text around a document and a question on it, as a chat template writes them.
 *
 * <pre>
 *   beforeDocument  DOCUMENT  afterDocument | beforeQuestion  QUESTION  afterQuestion
 *                        turn of the system | turn of the user, beginning of the answer
 * </pre>
 *
 * @param beforeDocument text before the document
 * @param afterDocument text behind it that does not depend on a question
 * @param beforeQuestion further text before a question
 * @param afterQuestion text up to the answer
 */
record ChatFrame(
    String beforeDocument, String afterDocument, String beforeQuestion, String afterQuestion) {
  /** Date in templates that print one: always the same, so that answers can be repeated. */
  private static final LocalDateTime NOW = LocalDateTime.of(2026, 1, 1, 12, 0);

  private static final String DOCUMENT = "kvasir document";
  private static final String QUESTION = "kvasir question";

  /**
   * Finds the frame of a template. A template that has no turn of the system gets the document in
   * the user's turn.
   *
   * @throws TemplateError if it shows a document and a question in neither way
   */
  static ChatFrame of(ChatTemplate template) {
    Optional<String> whole = shown(template, systemAndUser(), true);
    if (whole.isEmpty()) {
      return shown(template, userAlone(), true)
          .map(text -> cut(text, text.indexOf(QUESTION)))
          .orElseThrow(
              () ->
                  TemplateError.raised(
                      "the chat template does not show a document and a question"));
    }
    String text = whole.get();
    return cut(
        text,
        shown(template, systemAlone(), false)
            .filter(text::startsWith)
            .map(String::length)
            .orElse(text.indexOf(QUESTION)));
  }

  private static ChatFrame cut(String text, int endOfDocument) {
    int document = text.indexOf(DOCUMENT);
    int question = text.indexOf(QUESTION);
    return new ChatFrame(
        text.substring(0, document),
        text.substring(document + DOCUMENT.length(), endOfDocument),
        text.substring(endOfDocument, question),
        text.substring(question + QUESTION.length()));
  }

  /** Returns the text of a conversation if it has its parts, each once and in order. */
  private static Optional<String> shown(
      ChatTemplate template, ArrayNode messages, boolean questionAndAnswer) {
    try {
      ChatInput input =
          new ChatInput(messages, null, null, questionAndAnswer, false, Map.of(), NOW);
      String text = template.render(input).text();
      int document = text.indexOf(DOCUMENT);
      int question = text.indexOf(QUESTION);
      boolean complete =
          document >= 0
              && document == text.lastIndexOf(DOCUMENT)
              && question == text.lastIndexOf(QUESTION)
              && (questionAndAnswer ? question > document : question < 0);
      return complete ? Optional.of(text) : Optional.empty();
    } catch (TemplateError e) {
      return Optional.empty();
    }
  }

  private static ArrayNode systemAlone() {
    ArrayNode messages = JsonNodeFactory.instance.arrayNode();
    messages.addObject().put("role", "system").put("content", DOCUMENT);
    return messages;
  }

  private static ArrayNode systemAndUser() {
    ArrayNode messages = systemAlone();
    messages.addObject().put("role", "user").put("content", QUESTION);
    return messages;
  }

  private static ArrayNode userAlone() {
    ArrayNode messages = JsonNodeFactory.instance.arrayNode();
    messages.addObject().put("role", "user").put("content", DOCUMENT + "\n\n" + QUESTION);
    return messages;
  }
}
