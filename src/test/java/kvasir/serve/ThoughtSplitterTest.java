package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** S55: thoughts and content of an answer, however its text is cut into pieces. */
class ThoughtSplitterTest {
  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      delimiter = '|',
      value = {
        "false|Hello.|''|Hello.|0",
        "false| <b>Hello|''| <b>Hello|0",
        "false|<think>\\nA b.\\n</think>\\n\\nHello|A b.|Hello|23",
        "false|<think>\\n\\n</think>\\n\\nHello|''|Hello|19",
        "true|A </thin> b</think>Hello </think> you|A </thin> b|Hello </think> you|19",
        "true|A 🙂 b</think>\\n🙂|A 🙂 b|🙂|15",
        "false|<think>A b|A b|''|-1",
        "true|A b</thi|A b</thi|''|-1",
        "false|<thi|''|<thi|0",
        "false|''|''|''|0"
      })
  void tagsNeverShow(boolean thinking, String text, String thoughts, String content, int from) {
    String answer = text.equals("''") ? "" : text.replace("\\n", "\n");
    for (int size = 1; size <= Math.max(1, answer.length()); size++) {
      ThoughtSplitter splitter =
          new ThoughtSplitter(
              thinking ? ThoughtSplitter.State.THOUGHTS : ThoughtSplitter.State.BEGINNING);
      List<ThoughtSplitter.Part> parts = new ArrayList<>();
      for (int at = 0; at < answer.length(); at += size) {
        parts.addAll(splitter.add(answer.substring(at, Math.min(answer.length(), at + size))));
      }
      parts.addAll(splitter.finish());
      assertEquals(thoughts.replace("''", ""), joined(parts, true), text + " by " + size);
      assertEquals(content.replace("''", ""), joined(parts, false), text + " by " + size);
      assertEquals(from < 0 ? Integer.MAX_VALUE : from, splitter.contentFrom(), text);
    }
  }

  private static String joined(List<ThoughtSplitter.Part> parts, boolean thought) {
    return parts.stream()
        .filter(part -> part.thought() == thought)
        .map(ThoughtSplitter.Part::text)
        .collect(Collectors.joining());
  }
}
