package kvasir.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import kvasir.error.UserError;
import org.junit.jupiter.api.Test;

class ActivationsTest {
  @Test
  void moreTokensAtOnceThanAnArrayHoldsAreRefused() {
    ModelConfig config = ConfigReader.read(Path.of("src/test/resources/golden/qwen3-yarn"));
    int most = (Integer.MAX_VALUE - 8) / config.hiddenSize();
    UserError e = assertThrows(UserError.class, () -> new Activations(config, most + 1));
    assertEquals(
        "--prefill-chunk: "
            + (most + 1)
            + " tokens at once, of "
            + config.hiddenSize()
            + " numbers each, fill no array that Java has; give at most "
            + most,
        e.getMessage());
  }
}
