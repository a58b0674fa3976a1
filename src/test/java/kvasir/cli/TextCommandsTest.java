package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kvasir.ScriptedModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text as a user sees it, of models that continue by a table. */
class TextCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String EMOJI = "\ud83d\ude42";

  @TempDir Path folder;

  private static JsonNode json(Launch.Result result) throws IOException {
    assertEquals(0, result.code(), result.err());
    return JSON.readTree(result.out());
  }

  private static long lines(Launch.Result result, String text) {
    return result.err().lines().filter(line -> line.contains(text)).count();
  }

  /** A model that writes the emoji's four bytes without end. */
  private Path emojiLoop() {
    int[] bytes = {0xF0, 0x9F, 0x99, 0x82};
    Map<Integer, Integer> follows = new HashMap<>();
    for (int i = 0; i < bytes.length; i++) {
      follows.put(
          ScriptedModel.ofByte(bytes[i]), ScriptedModel.ofByte(bytes[(i + 1) % bytes.length]));
    }
    return ScriptedModel.write(folder.resolve("emoji-loop"), follows);
  }

  /** T1, T11, T12. */
  @Test
  void charactersOfSeveralTokensAreShownAndFound() throws IOException {
    Path model = emojiLoop();
    Path prompt = folder.resolve("prompt.txt");
    Files.writeString(prompt, "<s>" + EMOJI);
    Launch.Result twice =
        Launch.here("generate", "--model", model, "--prompt-file", prompt, "--max-new-tokens", "7");
    assertEquals(0, twice.code(), twice.err());
    assertEquals(EMOJI + "\uFFFD\uFFFD\uFFFD\n", twice.out());
    assertEquals(1, lines(twice, "--prompt-file: the prompt begins with <s> twice"), twice.err());
    Launch.Result stopped =
        Launch.kvasir(
            "generate",
            "--model",
            model,
            "--prompt",
            EMOJI,
            "--stop",
            EMOJI,
            "--max-new-tokens",
            "8",
            "--ranks",
            "2",
            "--json");
    assertEquals(List.of(243, 162, 156, 133), ids(json(stopped)));
    assertEquals("", json(stopped).get("text").asText());
    assertEquals("stop", json(stopped).get("finish_reason").asText());
    assertEquals(0, lines(stopped, "twice"), stopped.err());
  }

  /** T11: one line for all ranks. */
  @Test
  void aTextThatBeginsTwiceIsToldOfOnce() throws IOException {
    Path model = emojiLoop();
    Path text = folder.resolve("text.txt");
    Files.writeString(text, "<s>" + EMOJI);
    Launch.Result result =
        Launch.kvasir("score", "--model", model, "--text-file", text, "--ranks", "2", "--json");
    assertEquals(List.of(1, 1, 259, 243, 162, 156, 133), ids(json(result)));
    assertEquals(1, lines(result, "--text-file: the prompt begins with <s> twice"), result.err());
  }

  /** T4: the session that a special token has ended stays ended. */
  @Test
  void aSpecialTokenStopsASession() throws IOException {
    Path model =
        ScriptedModel.write(folder.resolve("stuck"), Map.of(ScriptedModel.END, ScriptedModel.END));
    Object[] words = {
      "generate",
      "--model",
      model,
      "--session",
      folder.resolve("s"),
      "--json",
      "--tokens",
      "1,2",
      "--ignore-eos",
      "--max-new-tokens",
      "6",
      "--stop",
      "x",
      "--stop",
      "</s>"
    };
    for (int run = 0; run < 2; run++) {
      JsonNode result = json(Launch.here(words));
      assertEquals(List.of(2), ids(result));
      assertEquals("", result.get("text").asText());
      assertEquals("stop", result.get("finish_reason").asText());
    }
  }

  private static List<Integer> ids(JsonNode result) {
    return result.get("tokens").valueStream().map(JsonNode::asInt).toList();
  }
}
