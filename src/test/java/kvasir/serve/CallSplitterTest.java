package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import java.util.function.IntSupplier;
import kvasir.file.Json;
import kvasir.text.CallForm;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Contents and calls of answers (S42 to S46), however the text is cut into pieces. */
class CallSplitterTest {
  private static final Map<String, JsonNode> TOOLS =
      Map.of(
          "f",
          ServedDemo.json(
              """
              {"properties": {
                "a": {"type": "string"}, "i": {"type": "integer"}, "n": {"type": "number"},
                "b": {"type": "boolean"}, "l": {"type": "array"}, "o": {"type": "object"},
                "s": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "m": {"type": ["string", "integer"]}, "u": {}, "e": {"enum": [1, "1", "x"]},
                "r": {"$ref": "#/$defs/count"}, "d": {"type": "date"}},
               "$defs": {"count": {"allOf": [{"minimum": 1}]}}}
              """),
          "g",
          Json.object());

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
    CallRules rules = new CallRules(CallForm.HERMES, TOOLS, Integer.MAX_VALUE, false, "");
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
    CallRules rules = new CallRules(CallForm.LLAMA, TOOLS, Integer.MAX_VALUE, false, "");
    check(rules, text, false, content, calls, reason);
  }

  /**
   * Calls of Qwen3-Coder; {@code F}, {@code N}, {@code Q} and {@code C} stand for the marks of
   * functions and parameters. Where a value ends, and which marks may be missing, is as in vLLM's
   * parser (vllm/tool_parsers/qwen3coder_tool_parser.py), and so is the choice of kinds, but for
   * booleans: what is neither true nor false stays a text.
   */
  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "T~Ff>~Qa>~Dallas~C~Qi>~2~C~N~E||f{\"a\":\"Dallas\",\"i\":2}|TOOL_CALLS",
        "Sure.T~Ff>~Qa>~x~C~N~E|Sure.|f{\"a\":\"x\"}|TOOL_CALLS",
        "Sure.~~T~Ff>~N~E~~Done.|Sure.Done.|f{}|TOOL_CALLS",
        "T~Ff>~Qa>~x~C~N~E~T~Fg>~Qb>~1~C~N~E||f{\"a\":\"x\"};g{\"b\":\"1\"}|TOOL_CALLS",
        "TFf>Qa>xCNE||f{\"a\":\"x\"}|TOOL_CALLS",
        "T~Ff>~Qa>~~ two~lines ~~C~N~E||f{\"a\":\"\\n two\\nlines \\n\"}|TOOL_CALLS",
        "T~Ff>~Qa>~C~Qs>C~N~E||f{\"a\":\"\",\"s\":\"\"}|TOOL_CALLS",
        "T~Ff>~Qa>~\"\\é🙂~C~N~E||f{\"a\":\"\\\"\\\\é🙂\"}|TOOL_CALLS",
        "T~Ff>~Qa>~12~C~Qn>~1.5e3~C~Qb>~true~C~Ql>~[1, ~ 2]~C~Qo>~{\"k\": null}~C~N~E||f{\"a\":\"12\",\"n\":1.5e3,\"b\":true,\"l\":[1, ~ 2],\"o\":{\"k\": null}}|TOOL_CALLS",
        "T~Ff>~Qi>~two~C~Qb>~maybe~C~Ql>~[1~C~Qo>~{'k': 1}~C~N~E||f{\"i\":\"two\",\"b\":\"maybe\",\"l\":\"[1\",\"o\":\"{'k': 1}\"}|TOOL_CALLS",
        "T~Ff>~Qs>~null~C~Qa>~null~C~N~E||f{\"s\":null,\"a\":\"null\"}|TOOL_CALLS",
        "T~Ff>~Qs>~none~C~Qb>~fAlse~C~N~E||f{\"s\":null,\"b\":false}|TOOL_CALLS",
        "T~Ff>~Qs>~12~C~Qm>~12~C~N~E||f{\"s\":\"12\",\"m\":12}|TOOL_CALLS",
        "T~Ff>~Qm>~1.5~C~Qu>~[1]~C~N~E||f{\"m\":\"1.5\",\"u\":\"[1]\"}|TOOL_CALLS",
        "T~Ff>~Qe>~1~C~Qr>~7~C~Qd>~7~C~N~E||f{\"e\":1,\"r\":7,\"d\":7}|TOOL_CALLS",
        "T~Ff>~Qz y>~{}~C~N~E||f{\"z y\":\"{}\"}|TOOL_CALLS",
        "T~Ff>~Qa>~NE TFg> C CC <b> Q~C~N~E||f{\"a\":\"NE TFg> C CC <b> Q\"}|TOOL_CALLS",
        "T~Ff>~Qa>~see~Qw>~1~C~N~E~end~C~N~E||f{\"a\":\"see\\nQw>\\n1\\nC\\nN\\nE\\nend\"}|TOOL_CALLS",
        "T~Ff>~Ql>~[\"C\", \"E\"]~C~N~E||f{\"l\":[\"C\", \"E\"]}|TOOL_CALLS",
        "Ff>~Qa>~x~C~N||f{\"a\":\"x\"}|TOOL_CALLS",
        "Ff>~Qa>~x~C~N~E||f{\"a\":\"x\"}|TOOL_CALLS",
        "T~Ff>~Qa>~x~Qi>~1~C~N~E||f{\"a\":\"x\",\"i\":1}|TOOL_CALLS",
        "T~Ff>~Qa>~x~N~E||f{\"a\":\"x\"}|TOOL_CALLS",
        "T~Ff>~Qa>~x~C~E||f{\"a\":\"x\"}|TOOL_CALLS",
        "T~Ff>~Qa>~x~C||f{\"a\":\"x\"}|TOOL_CALLS",
        "T~Fnew.tool>~Qa>~1~C~N~E||new.tool{\"a\":\"1\"}|TOOL_CALLS",
        "T~Ff>~Qa>~x~C~N~E Fh> it|Fh> it|f{\"a\":\"x\"}|TOOL_CALLS",
        "Write Fh>~N or T~F{{ name }}>~N.|Write Fh>~N or T~F{{ name }}>~N.||STOP",
        "Use TFf> Q>x C NE|Use TFf> Q>x C NE||STOP",
        "T~{\"name\": \"f\"}~E|T~{\"name\": \"f\"}~E||STOP",
        "T~<fun>E|T~<fun>E||STOP",
        "T~Ff|T~Ff||STOP",
        "T~Ff>|T~Ff>||STOP",
        "T~Ff>~Qa>~x~N||f{\"a\":\"x\"}|TOOL_CALLS",
        "T~Ff>~Qa>~x||f{\"a\":\"x\"}|TOOL_CALLS"
      })
  void parametersStandBetweenMarks(String text, String content, String calls, String reason) {
    CallRules rules = new CallRules(CallForm.PARAMETERS, TOOLS, Integer.MAX_VALUE, false, "");
    check(rules, text, false, content, calls, reason);
  }

  /** S43: cut calls of Qwen3-Coder. */
  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "T~Ff|||LENGTH",
        "T~Ff>||f|LENGTH",
        "T~Ff>~<par||f|LENGTH",
        "T~Ff>~Qa>~xx||f{\"a\":\"xx|LENGTH",
        "T~Ff>~Qa>~xx~</par||f{\"a\":\"xx|LENGTH",
        "T~Ff>~Qa>~xx~C~Qi>~1||f{\"a\":\"xx\",\"i\":|LENGTH",
        "T~Ff>~N~E~T~Fg||f{}|LENGTH"
      })
  void cutParametersShowWhatTheyHave(String text, String content, String calls, String reason) {
    CallRules rules = new CallRules(CallForm.PARAMETERS, TOOLS, Integer.MAX_VALUE, false, "");
    check(rules, text, true, content, calls, reason);
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
    CallRules rules = new CallRules(CallForm.HERMES, TOOLS, Integer.MAX_VALUE, false, "");
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
        new CallRules(CallForm.HERMES, TOOLS, 1, true, marked(prefix == null ? "" : prefix));
    check(rules, text, true, content, calls, "TOOL_CALLS");
  }

  /** Hostile answers: pieces of calls in any order, cut anywhere, are divided in one way. */
  @ParameterizedTest
  @EnumSource(CallForm.class)
  void randomPiecesOfCallsAreDividedInOneWay(CallForm form) {
    List<String> pieces =
        List.of(
            "T",
            "E",
            "P",
            "Ff>",
            "Fg>",
            "Fx y>",
            "F",
            "N",
            "Qa>",
            "Qi>",
            "Qz>",
            "Q",
            "C",
            "~",
            "~",
            " ",
            "x",
            "1",
            "{\"name\": \"f\", \"arguments\": {",
            "}",
            "\"",
            ":",
            "{",
            "é🙂");
    for (long seed = 0; seed < 400; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      StringBuilder text = new StringBuilder(random.nextBoolean() ? marked("T~Ff>~") : "");
      for (int i = random.nextInt(40); i > 0; i--) {
        text.append(marked(pieces.get(random.nextInt(pieces.size()))));
      }
      boolean cut = random.nextBoolean();
      String whole = divided(form, text.toString(), cut, () -> Integer.MAX_VALUE);
      String words = "seed " + seed + ": " + text;
      assertEquals(whole, divided(form, text.toString(), cut, () -> 1), words);
      assertEquals(whole, divided(form, text.toString(), cut, () -> random.nextInt(1, 9)), words);
    }
  }

  private static String divided(CallForm form, String text, boolean cut, IntSupplier sizes) {
    CallSplitter splitter =
        new CallSplitter(new CallRules(form, TOOLS, Integer.MAX_VALUE, false, ""));
    AnswerText answer = new AnswerText();
    for (int from = 0; from < text.length(); ) {
      int to = Math.min(text.length(), from + Math.min(text.length(), sizes.getAsInt()));
      splitter.add(text.substring(from, to)).forEach(answer::add);
      from = to;
    }
    splitter.finish(cut).forEach(answer::add);
    StringJoiner all = new StringJoiner("|").add(answer.content()).add("" + splitter.hasCalled());
    answer.calls().forEach(call -> all.add(call.name()).add(call.arguments()));
    if (splitter.hasCalled() && form.parameters()) {
      ServedDemo.json(answer.calls().getLast().arguments());
    }
    return all.toString();
  }

  private static String marked(String text) {
    return text.replace("T", "<tool_call>")
        .replace("E", "</tool_call>")
        .replace("P", "<|python_tag|>")
        .replace("F", "<function=")
        .replace("N", "</function>")
        .replace("Q", "<parameter=")
        .replace("C", "</parameter>")
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
