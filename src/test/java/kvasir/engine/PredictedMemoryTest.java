package kvasir.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cache.CacheShape;
import kvasir.cluster.Link;
import kvasir.kernel.ScalarKernels;
import kvasir.lab.predict.Calibration;
import kvasir.lab.predict.ClusterLayout;
import kvasir.lab.predict.CostModel;
import kvasir.lab.predict.Hardware;
import kvasir.lab.predict.Setting;
import kvasir.model.ConfigReader;
import kvasir.model.ModelConfig;
import kvasir.model.ModelShape;
import kvasir.model.RandomCheckpoint;
import kvasir.model.RankMemory;
import kvasir.model.WeightSizes;
import kvasir.tensor.DType;
import kvasir.tensor.Shares;
import kvasir.weights.Checkpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that the cost model, which reads no checkpoint, counts the same bytes as are counted in a
 * checkpoint.
 */
class PredictedMemoryTest {
  private static final int POSITIONS = 10_000;
  private static final int SHARDS = 16;
  private static final int THREADS = 2;

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
      for (int ranks : new int[] {1, 2, 3, 5}) {
        RankMemory.Run run =
            new RankMemory.Run(
                config,
                shape,
                AttentionKind.STREAMING,
                MergeTopology.AUTO,
                THREADS,
                setting.prefillChunk(),
                POSITIONS,
                1,
                1,
                0,
                0);
        assertEquals(
            RankMemory.most(run, sizes::bytes, Shares.even(ranks)),
            predicted(setting, ranks),
            ranks + " ranks");
      }
    }
  }

  private static RankMemory predicted(Setting setting, int ranks) {
    Hardware node = new Hardware(1, 1, Link.NONE, Link.NONE, 1);
    return new CostModel(setting, node, Calibration.DEFAULT)
        .decode(new ClusterLayout(ranks, 1, THREADS, SHARDS), POSITIONS - 1)
        .memory();
  }
}
