package kvasir.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import kvasir.kernel.ScalarKernels;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.Matrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RandomGgufTest {
  private static final float DEVIATION = 0.02f;
  private static final int BLOCKS = 512;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void blocksHaveTheirDeviationAroundZero(BlockFormat format) {
    RandomBlocks source = new RandomBlocks(format, DEVIATION, BLOCKS);
    ByteBuffer blocks = source.next(new SplittableRandom(5), BLOCKS);
    assertEquals(BLOCKS * format.blockBytes(), blocks.remaining());
    float[] values = new float[BLOCKS * format.blockLength()];
    Matrix row = new Matrix(format, MemorySegment.ofBuffer(blocks), 0, 1, values.length);
    new ScalarKernels().decode(row, 0, 0, values.length, values, 0);
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      sum += value;
      squares += value * (double) value;
    }
    assertEquals(DEVIATION, Math.sqrt(squares / values.length), DEVIATION / 20, format.name());
    assertEquals(0, sum / values.length, DEVIATION / 20, format.name());
  }

  @Test
  void aFileOpensWithTheFormatsOfItsMixture() throws Exception {
    Path file = write("a", 7);
    try (OpenedModel model = new OpenedModel(file)) {
      ModelWeights.check(model.checkpoint(), model.config(), new ScalarKernels());
      assertEquals(ModelShape.QWEN3_0_6B.model(1).rope(), model.config().rope());
      assertEquals(ModelShape.QWEN3_0_6B.model(1).eosTokens(), model.config().eosTokens());
      assertEquals("Q6_K", format(model, "model.embed_tokens.weight"));
      assertEquals("Q4_K", format(model, "model.layers.0.self_attn.q_proj.weight"));
      assertEquals("Q6_K", format(model, "model.layers.0.mlp.down_proj.weight"));
    }
    assertEquals(-1, Files.mismatch(file, write("same", 7)));
    assertTrue(Files.mismatch(file, write("other", 8)) > 0);
  }

  private static String format(OpenedModel model, String tensor) {
    return model.checkpoint().tensors().get(tensor).dtype();
  }

  private Path write(String name, long seed) {
    Path file = directory.resolve(name + ".gguf");
    RandomGguf gguf = new RandomGguf(ModelShape.QWEN3_0_6B, 1, FormatMix.Q4_K_M, seed);
    long[] reached = new long[1];
    gguf.write(file, done -> reached[0] = done);
    assertEquals(gguf.bytes(), reached[0]);
    return file;
  }

  /** The layers of a published Qwen3-0.6B in Q4_K_M whose value projection is in Q6_K. */
  @Test
  void theMixtureIsThatOfLlamaCpp() {
    Predicate<Integer> six =
        layer ->
            FormatMix.Q4_K_M.format("model.layers." + layer + ".self_attn.v_proj.weight", 28, true)
                == BlockFormat.Q6_K;
    int[] layers = IntStream.range(0, 28).filter(six::test).toArray();
    int[] expected = {0, 1, 2, 5, 8, 11, 14, 17, 20, 23, 24, 25, 26, 27};
    assertEquals(IntStream.of(expected).boxed().toList(), IntStream.of(layers).boxed().toList());
    assertEquals(BlockFormat.Q4_K, FormatMix.Q4_K_M.format("model.embed_tokens.weight", 28, false));
    assertEquals(BlockFormat.Q6_K, FormatMix.Q4_K_M.format("lm_head.weight", 28, false));
    assertEquals(
        BlockFormat.Q4_K, FormatMix.Q4_K_M.format("model.layers.0.mlp.up_proj.weight", 28, false));
  }
}
