package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import kvasir.text.CallForm;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Contents and calls of answers (S42 to S46), however the text is cut into pieces. */
class CallSplitterTest {
  /** Texts of answers; {@code T} and {@code E} stand for the marks, {@code ~} for a line feed. */
  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Hello. <b>|Hello. <b>||STOP",
        "a < b~|a < b~||STOP",
        "T~{\"name\": \"f\", \"arguments\": {\"a\": 1}}~E||f{\"a\": 1}|TOOL_CALLS",
        "T{\"name\":\"f\",\"arguments\":{}}E||f{}|TOOL_CALLS",
        "Let me see.~~T~{\"name\": \"f\", \"arguments\": {\"a\": [1, \"}\"]}}~E~|Let me see.|f{\"a\": [1, \"}\"]}|TOOL_CALLS",
        "T~{\"name\": \"f\", \"arguments\": {}}~E~T~{\"name\": \"g\", \"arguments\": {\"b\":2}}~E||f{};g{\"b\":2}|TOOL_CALLS",
        "T~{\"name\": \"f\", \"arguments\": {}}~{\"name\": \"g\", \"arguments\": {}}~E||f{};g{}|TOOL_CALLS",
        "T~{\"name\": \"f\", \"arguments\": {}}~E~~Done.|Done.|f{}|TOOL_CALLS",
        "T~{\"name\": \"f\", \"arguments\": {}}~||f{}|TOOL_CALLS",
        "T~{\"name\": \"f\", \"arguments\": {\"a\": \"E\\\"~{</think>\"}}~E||f{\"a\": \"E\\\"~{</think>\"}|TOOL_CALLS",
        "T~{\"arguments\": {\"a\": 1}, \"name\": \"f\"}~E||f{\"a\": 1}|TOOL_CALLS",
        "T~{\"id\": \"x\", \"type\": null, \"name\": \"f\", \"parameters\": {\"a\": 1.5e3 }, \"b\": [true]}~E||f{\"a\": 1.5e3 }|TOOL_CALLS",
        "T~{\"name\": \"f\"}~E||f{}|TOOL_CALLS",
        "T~{\"name\": \"f\", \"arguments\": null}~E||f{}|TOOL_CALLS",
        "T~{\"name\": \"f\", \"arguments\": \"{\\\"a\\\": 1}\"}~E||f{\"a\": 1}|TOOL_CALLS",
        "T~{\"name\": \"f\", \"arguments\": \"\"}~E||f{}|TOOL_CALLS",
        "T~{\"name\": \"f\", \"arguments\": {\"a\": 1}~E||f{\"a\": 1}|TOOL_CALLS",
        "T~{\"name\": \"\\u00e9.x\", \"arguments\": {}}~E||é.x{}|TOOL_CALLS",
        "Write T around it.|Write T around it.||STOP",
        "Write TE|Write TE||STOP",
        "T~{\"a\": 1}~E|T~{\"a\": 1}~E||STOP",
        "T~{\"name\": \"\"}|T~{\"name\": \"\"}||STOP",
        "T {bad} T~{\"name\": \"f\", \"arguments\": {}}E|T {bad}|f{}|TOOL_CALLS",
        "T~{\"name\": \"f\", \"arguments\": {\"a\": 'x'}}~E Yes.|'x'}}~E Yes.|f{\"a\": |STOP",
        "T~|||STOP"
      })
  void hermesCallsStandBetweenMarks(String text, String content, String calls, String reason) {
    CallRules rules =
        new CallRules(CallForm.HERMES, Set.of("f", "g"), Integer.MAX_VALUE, false, "");
    check(rules, text, false, content, calls, reason);
  }

  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"name\": \"f\", \"parameters\": {\"a\": 1}}||f{\"a\": 1}|TOOL_CALLS",
        "~ {\"type\": \"function\", \"name\": \"f\", \"parameters\": {}}||f{}|TOOL_CALLS",
        "P{\"name\": \"f\", \"parameters\": {}}||f{}|TOOL_CALLS",
        "See:~P{\"name\": \"f\", \"parameters\": {}}|See:|f{}|TOOL_CALLS",
        "{\"name\": \"f\", \"parameters\": {}}; {\"name\": \"g\", \"parameters\": {}}||f{};g{}|TOOL_CALLS",
        "{\"name\": \"Moritz\", \"parameters\": {}}|{\"name\": \"Moritz\", \"parameters\": {}}||STOP",
        "{\"a\": 1}|{\"a\": 1}||STOP",
        "See {\"name\": \"f\", \"parameters\": {}}|See {\"name\": \"f\", \"parameters\": {}}||STOP",
        "print(1)|print(1)||STOP"
      })
  void llamaCallsBeginTheAnswerOrFollowAMark(
      String text, String content, String calls, String reason) {
    CallRules rules = new CallRules(CallForm.LLAMA, Set.of("f", "g"), Integer.MAX_VALUE, false, "");
    check(rules, text, false, content, calls, reason);
  }

  /** S43: answers that are cut. */
  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Hello <|Hello <||LENGTH",
        "Hello T~|Hello||LENGTH",
        "T~{\"na|||LENGTH",
        "T~{\"name\": \"f\", \"arguments\":||f|LENGTH",
        "T~{\"name\": \"f\", \"arguments\": {\"a\": \"xx||f{\"a\": \"xx|LENGTH",
        "T~{\"name\": \"f\", \"arguments\": {}}~E~T~{\"name\": \"g\", ||f{}|LENGTH"
      })
  void cutAnswersShowWhatTheyHave(String text, String content, String calls, String reason) {
    CallRules rules =
        new CallRules(CallForm.HERMES, Set.of("f", "g"), Integer.MAX_VALUE, false, "");
    check(rules, text, true, content, calls, reason);
  }

  /** S45: answers that have as many calls as they may have. */
  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "|T~{\"name\": \"f\", \"arguments\": {}}~E~T~{\"name\": \"g\", \"arguments\": {}}||f{}",
        "T~{\"name\": \"f\", \"arguments\":| {\"a\": [{}]}~E||f{\"a\": [{}]}",
        "T~{\"name\": \"f\", \"arguments\": | {}} and more||f{}"
      })
  void theLastCallEndsTheAnswer(String prefix, String text, String content, String calls) {
    CallRules rules =
        new CallRules(
            CallForm.HERMES, Set.of("f", "g"), 1, true, marked(prefix == null ? "" : prefix));
    check(rules, text, true, content, calls, "TOOL_CALLS");
  }

  private static String marked(String text) {
    return text.replace("T", "<tool_call>")
        .replace("E", "</tool_call>")
        .replace("P", "<|python_tag|>")
        .replace("~", "\n");
  }

  private static void check(
      CallRules rules, String given, boolean cut, String content, String calls, String reason) {
    String text = marked(given);
    for (int size = 1; size <= text.length(); size++) {
      CallSplitter splitter = new CallSplitter(rules);
      List<AnswerPart> parts = new ArrayList<>();
      for (int at = 0; at < text.length() && !splitter.done(); at += size) {
        parts.addAll(splitter.add(text.substring(at, Math.min(text.length(), at + size))));
      }
      boolean ends = splitter.done();
      parts.addAll(splitter.finish(cut && !ends));
      AnswerText answer = new AnswerText();
      parts.forEach(answer::add);
      String words = given + " by " + size;
      assertEquals(content == null ? "" : marked(content), answer.content(), words);
      List<String> found =
          answer.calls().stream().map(call -> call.name() + call.arguments()).toList();
      assertEquals(calls == null ? "" : marked(calls), String.join(";", found), words);
      String end = cut && !ends ? "LENGTH" : splitter.hasCalled() ? "TOOL_CALLS" : "STOP";
      assertEquals(reason, end, words);
      places(parts, text, words);
    }
  }

  private static void places(List<AnswerPart> parts, String text, String words) {
    for (AnswerPart part : parts) {
      if (part instanceof AnswerPart.Content(String shown, int place)) {
        assertEquals(shown, text.substring(place, place + shown.length()), words);
      }
    }
  }
}
