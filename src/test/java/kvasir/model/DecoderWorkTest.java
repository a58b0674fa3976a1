package kvasir.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import kvasir.tensor.DType;
import org.junit.jupiter.api.Test;

class DecoderWorkTest {
  private final ModelConfig config =
      ConfigReader.read(Path.of("src/test/resources/golden/qwen3-yarn"));
  private final DecoderWork work = new DecoderWork(config, DType.BF16.bytes(), DType.F32);

  @Test
  void elementsAreThoseOfTheMatrices() {
    long hidden = config.hiddenSize();
    long queries = (long) config.heads() * config.headDim();
    long keys = (long) config.kvHeads() * config.headDim();
    long layer = 2 * hidden * queries + 2 * hidden * keys + 3 * hidden * config.intermediateSize();
    assertEquals(config.layers() * layer, work.linearElements());
    assertEquals(hidden * config.vocabulary(), work.headElements());
  }

  @Test
  void aBatchCostsAttentionOverTheKeysThatEachTokenSees() {
    double one = 4.0 * config.layers() * config.heads() * config.headDim();
    double logits = 2.0 * work.headElements();
    double tokens = 3 * 2.0 * work.linearElements();
    assertEquals(tokens + logits + one * (8 + 9 + 10), work.flops(3, 7), 1e-3);
    // Tokens one by one compute logits each time, and else the same.
    double apart = work.flops(1, 7) + work.flops(1, 8) + work.flops(1, 9);
    assertEquals(work.flops(3, 7) + 2 * logits, apart, 1e-3);
  }

  @Test
  void bytesAreTheWeightsAndTheCacheOnce() {
    double weights = 2.0 * (work.linearElements() + work.headElements());
    double perToken = 2.0 * config.layers() * config.kvHeads() * config.headDim() * 4;
    assertEquals(weights + 10 * perToken, work.bytes(3, 7), 1e-3);
  }
}
