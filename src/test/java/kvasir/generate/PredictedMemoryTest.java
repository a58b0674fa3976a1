package kvasir.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import kvasir.bench.ModelShape;
import kvasir.bench.RandomCheckpoint;
import kvasir.cache.CacheShape;
import kvasir.experiment.predict.Layout;
import kvasir.experiment.predict.RankMemory;
import kvasir.experiment.predict.Setting;
import kvasir.kernel.ScalarKernels;
import kvasir.model.ConfigReader;
import kvasir.model.ModelConfig;
import kvasir.model.WeightSizes;
import kvasir.tensor.DType;
import kvasir.tensor.Shares;
import kvasir.weights.Checkpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cost model needs no checkpoint, and counts what {@link MemoryNeed} counts in one. */
class PredictedMemoryTest {
  private static final int POSITIONS = 10_000;
  private static final int SHARDS = 16;

  @TempDir Path directory;

  @Test
  void isWhatARankHolds() {
    Path model = directory.resolve("model");
    new RandomCheckpoint(ModelShape.QWEN3_0_6B, 1, 0).write(model, bytes -> {});
    ModelConfig config = ConfigReader.read(model);
    Setting setting = Setting.of(config);
    CacheShape shape =
        new CacheShape(
            1, config.kvHeads(), config.headDim(), DType.BF16, setting.blockTokens(), SHARDS);
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      WeightSizes sizes = WeightSizes.of(checkpoint, config, new ScalarKernels());
      assertEquals(sizes.bytes(Shares.even(1), 0), setting.weightBytes());
      MemoryNeed need = new MemoryNeed(sizes, config, shape, POSITIONS, setting.prefillChunk());
      for (int ranks : new int[] {1, 2, 3, 5}) {
        RankMemory memory = RankMemory.of(setting, new Layout(ranks, 1, 1, SHARDS), POSITIONS);
        assertEquals(need.most(Shares.even(ranks)), memory.counted(), ranks + " ranks");
      }
    }
  }
}
