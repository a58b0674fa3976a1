package kvasir.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kvasir.error.UserError;
import kvasir.fuzz.Fuzz;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that damaged tokenizers and texts are either read or refused by name. */
@Execution(ExecutionMode.CONCURRENT)
class TokenizerFuzzTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SMALL = 300;
  private static final Path MODEL = Path.of("experiments/demo-model/model");

  @TempDir Path directory;

  /**
   * The demo model's tokenizer with a small vocabulary, so that damage falls on the rest of the
   * file too.
   */
  private static byte[] small(byte[] real) throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(real);
    ObjectNode model = (ObjectNode) root.get("model");
    List<String> tokens = new ArrayList<>();
    model.get("vocab").fieldNames().forEachRemaining(tokens::add);
    ((ObjectNode) model.get("vocab")).retain(tokens.subList(0, SMALL));
    model.putArray("merges");
    return JSON.writeValueAsBytes(root);
  }

  @Test
  void damagedTokenizers() throws IOException {
    byte[] real = Files.readAllBytes(MODEL.resolve("tokenizer.json"));
    Fuzz.check(
        "tokenizer.json",
        150,
        List.of(real, small(real), small(real)),
        in -> {
          Files.write(directory.resolve("tokenizer.json"), in);
          try (Tokenizer tokenizer = Tokenizer.open(directory)) {
            tokenizer.decode(tokenizer.encode("Once upon a time."));
          }
        });
  }

  /**
   * Files that the fuzz test found: each ended the process, or took for ever, before it was
   * refused.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"decoder\":{ | \"decoder\":{\"x\":tru, | JSON",
        "\"decoder\":{ | \"decoder\":{\"x\":1e999, | impossible",
        "\"decoder\":{ | \"decoder\":{\"x\":\"\\ud800\", | impossible",
        "\"id\":0, | \"id\":2147483648, | impossible",
        "\"continuing_subword_prefix\":null | \"continuing_subword_prefix\":\"####\" | impossible",
        "\"post_processor\":null | \"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":"
            + "[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}}],\"pair\":[],\"special_tokens\":{}}"
            + " | undefined token <s>"
      })
  void whatTheLibraryDoesNotSurviveIsRefused(String find, String replace, String named)
      throws IOException {
    String good = new String(small(Files.readAllBytes(MODEL.resolve("tokenizer.json"))), UTF_8);
    assertTrue(good.contains(find), good);
    assertRefused(good.replace(find, replace), named);
  }

  @Test
  void deepExpressionsAndLongTextsAreRefused() throws IOException {
    String good = new String(small(Files.readAllBytes(MODEL.resolve("tokenizer.json"))), UTF_8);
    for (String deep : List.of("(".repeat(2000) + ")".repeat(2000), " ".repeat(20_000))) {
      assertRefused(
          good.replaceFirst("\"content\":\"[^\"]*\"", "\"content\":\"" + deep + '"'), "line 1");
    }
  }

  private void assertRefused(String json, String named) throws IOException {
    Files.writeString(directory.resolve("tokenizer.json"), json);
    String line = assertThrows(UserError.class, () -> Tokenizer.open(directory)).getMessage();
    assertTrue(line.contains(named) && line.contains("tokenizer.json"), line);
  }

  @Test
  void damagedTexts() {
    String text = "Wo ist \u00fc\u00f6 \u4e16\u754c \ud83d\ude00 <|im_start|>, 42?";
    try (Tokenizer tokenizer = Tokenizer.open(MODEL)) {
      for (Charset charset : List.of(UTF_8, ISO_8859_1, UTF_16LE)) {
        Fuzz.check(
            "prompt",
            30,
            List.of(text.getBytes(charset)),
            in -> {
              String damaged = new String(in, charset);
              tokenizer.decode(tokenizer.encode(damaged));
              tokenizer.encodeWithPlaces(damaged);
            });
      }
    }
  }
}
