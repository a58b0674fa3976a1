package kvasir.lab.predict;

import java.util.List;
import kvasir.cluster.Link;
import kvasir.model.ModelConfig;
import kvasir.model.RopeConfig;
import kvasir.tensor.DType;

/** A model and a machine whose costs can be calculated by hand. */
final class Tiny {
  /**
   * A model of two layers, hidden size 64, inner size 128, 4 heads over 2 KV heads of 16, and 96
   * token ids.
   */
  static final ModelConfig MODEL =
      new ModelConfig(
          "Qwen3ForCausalLM",
          64,
          128,
          2,
          4,
          2,
          16,
          96,
          4096,
          1e-6f,
          true,
          false,
          false,
          false,
          true,
          new RopeConfig.Plain(10_000),
          List.of());

  static final Setting SETTING = new Setting(MODEL, DType.BF16.bytes(), DType.BF16, 16, 512);

  /** A calibration in which limits are reached and serial work takes no time. */
  static final Calibration IDEAL = new Calibration(1, 1, 1, 1, 0, 0);

  private static final double READ = 1e9;
  private static final double ENDLESS = 1e18;

  private Tiny() {}

  /** Returns nodes of one core that reads 1 GB/s and multiplies in no time. */
  static Hardware hardware(double latency, double perByte) {
    Link link = new Link(latency, perByte);
    return new Hardware(READ, ENDLESS, link, link, 1);
  }

  static CostModel costs(double latency, double perByte) {
    return new CostModel(SETTING, hardware(latency, perByte), IDEAL);
  }

  /** Returns a layout of one rank of one thread on each node. */
  static ClusterLayout layout(int nodes) {
    return new ClusterLayout(nodes, 1, 1, 16);
  }
}
