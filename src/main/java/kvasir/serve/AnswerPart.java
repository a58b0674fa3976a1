package kvasir.serve;

/** Part of an answer that is final. Parts of one kind follow each other as their text grows. */
sealed interface AnswerPart {
  /**
   * Text of the thoughts.
   *
   * @param text the text
   */
  record Thought(String text) implements AnswerPart {}

  /**
   * Text of the content.
   *
   * @param text the text
   * @param place place of its first character in the answer, in UTF-16 units
   */
  record Content(String text, int place) implements AnswerPart {}

  /**
   * A special token within the content, which is not shown.
   *
   * @param spelling its spelling
   */
  record Special(String spelling) implements AnswerPart {}

  /**
   * Beginning of a call of a tool.
   *
   * @param call number of the call in the answer, from 0
   * @param name name of the tool
   */
  record CallBegin(int call, String name) implements AnswerPart {}

  /**
   * Text of the arguments of a call.
   *
   * @param call number of the call in the answer, from 0
   * @param text the text
   */
  record Arguments(int call, String text) implements AnswerPart {}
}
