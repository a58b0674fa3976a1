package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cost of {@code quantize} for the demo model, by perplexity and by its answers. */
class QuantizedDemoTest {
  private static final Path DEMO = Path.of("experiments/demo-model/model").toAbsolutePath();

  // Measured on a text of 4,960 tokens: 1.0001 and 1.008.
  private static final double MOST_Q8_0 = 1.002;
  private static final double MOST_Q4_0 = 1.03;

  @TempDir Path folder;

  private static Launch.Result run(Object... words) {
    Launch.Result result = Launch.here(words);
    assertEquals(0, result.code(), result.err());
    return result;
  }

  private Path quantized(String type) {
    Path file = folder.resolve(type + ".gguf");
    run("quantize", "--model", DEMO, "--type", type, "--out", file);
    return file;
  }

  private double perplexity(Path model) throws IOException {
    Path text = folder.resolve("town.txt");
    if (Files.notExists(text)) {
      Files.writeString(text, run("town", "--seed", 7, "--sentences", 60).out());
    }
    String json = run("score", "--model", model, "--text-file", text, "--json").out();
    return new ObjectMapper().readTree(json).get("perplexity").asDouble();
  }

  @Test
  void perplexityStaysWithinItsBounds() throws IOException {
    double exact = perplexity(DEMO);
    double eight = perplexity(quantized("q8_0")) / exact;
    double four = perplexity(quantized("q4_0")) / exact;
    assertTrue(eight > 1 / MOST_Q8_0 && eight < MOST_Q8_0, "Q8_0: " + eight);
    assertTrue(four > 1 / MOST_Q4_0 && four < MOST_Q4_0, "Q4_0: " + four);
  }

  @Test
  void answersStayRight() {
    Launch.Result result =
        run("evaluate", "--model", quantized("q8_0"), "--lengths", 512, "--questions", 40);
    assertTrue(result.out().lines().anyMatch(line -> line.endsWith("  ok")), result.out());
  }
}
