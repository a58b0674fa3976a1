package kvasir.lab.predict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import kvasir.cluster.Link;
import kvasir.model.ModelConfig;
import kvasir.model.ModelShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CostModelTest {
  private static final double EXACT = 1e-9;
  private static final Link NETWORK = new Link(5e-6, 1 / 12e9);

  @Test
  void oneRankReadsAllAndSendsNothing() {
    Prediction p = Tiny.costs(1, 1).decode(Tiny.layout(1), 99);
    // A layer has 64 x 64 twice, 32 x 64 twice and 128 x 64 three times; the logits take 96 x 64.
    assertEquals(1e-6 * 2 * (2 * (2 * 4096 + 2 * 2048 + 3 * 8192) + 6144), p.weights(), EXACT);
    // Keys and values of two layers, two KV heads of 16, in bf16, for 100 tokens.
    assertEquals(1e-6 * 100 * 2 * 2 * 2 * 16 * 2, p.kv(), EXACT);
    assertEquals(0, p.messages());
    assertEquals(0, p.exchanges());
    assertEquals(0, p.compute());
    assertEquals("reading weights", p.bottleneck());
  }

  @Test
  void twoRanksSendWhatTheCodeSends() {
    Prediction latency = Tiny.costs(1e-3, 0).decode(Tiny.layout(2), 99);
    // Five exchanges in each of two layers, the logits and the token.
    assertEquals(2 * 5 + 2, latency.messages());
    assertEquals(12, latency.latency(), EXACT);
    assertEquals(0, latency.bytes(), EXACT);
    Prediction bytes = Tiny.costs(0, 1e-6).decode(Tiny.layout(2), 99);
    // Half of 128, 64, 64 and 128 floats, and a state of 4 heads of 16 with max and sum.
    int layer = 4 * (128 + 64 + 64 + 128) / 2 + 4 * 4 * 18;
    assertEquals(1e-3 * (2 * layer + 4 * 96 / 2), bytes.bytes(), EXACT);
    assertEquals(0, bytes.latency(), EXACT);
  }

  @ParameterizedTest
  @CsvSource({"2,142", "4,284", "8,426", "1024,1420"})
  void messagesAreThoseOfTheCode(int ranks, int messages) {
    ModelConfig model = ModelShape.QWEN3_0_6B.model();
    Hardware hardware = Hardware.of(1e10, 1e12, new Link(9e-6, 1 / 18.5e9), 1);
    CostModel costs = new CostModel(Setting.of(model), hardware, Calibration.DEFAULT);
    ClusterLayout layout = new ClusterLayout(ranks, 1, 1, Math.max(16, ranks));
    assertEquals(messages, costs.decode(layout, 4095).messages());
  }

  @Test
  void theRanksOfANodeShareItsNetwork() {
    Link network = new Link(1000, 1);
    Hardware hardware = new Hardware(1, 1, network, new Link(0, 0), 2);
    Exchanges exchanges = Exchanges.of(hardware, new ClusterLayout(2, 2, 1, 16));
    // With four slices of 100 bytes, one leaves each node in the first round, then two from each
    // rank.
    assertEquals(100 + 2 * 200, exchanges.allGather(400).bytes(), EXACT);
    assertEquals(2, exchanges.allGather(400).messages());
    // First pairs of a node, which cost nothing here; then both ranks of a node with those of the
    // other.
    assertEquals(2 * 100, exchanges.merge(100).bytes(), EXACT);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 64})
  void moreOfAnythingIsNeverSlower(int nodes) {
    Setting setting = Setting.of(ModelShape.QWEN3_32B.model());
    ClusterLayout layout = new ClusterLayout(nodes, 2, 4, 512);
    Hardware base = Hardware.of(1e11, 1e12, NETWORK, 8);
    double time = total(setting, base, layout);
    assertTrue(total(setting, Hardware.of(2e11, 1e12, NETWORK, 8), layout) <= time);
    assertTrue(total(setting, Hardware.of(1e11, 2e12, NETWORK, 8), layout) <= time);
    Link wide = new Link(5e-6, 1 / 24e9);
    assertTrue(total(setting, Hardware.of(1e11, 1e12, wide, 8), layout) <= time);
    Link quick = new Link(1e-6, 1 / 12e9);
    assertTrue(total(setting, Hardware.of(1e11, 1e12, quick, 8), layout) <= time);
  }

  private static double total(Setting setting, Hardware hardware, ClusterLayout layout) {
    CostModel costs = new CostModel(setting, hardware, Calibration.DEFAULT);
    Prediction p = costs.decode(layout, 100_000);
    double parts = p.weights() + p.kv() + p.compute() + p.own() + p.latency() + p.bytes();
    assertEquals(parts, p.total(), EXACT);
    assertTrue(costs.prefill(layout, 1000, 0).total() > 0);
    return p.total();
  }

  @Test
  void aPromptIsBoundByArithmetic() {
    Hardware hardware = new Hardware(1e18, 1e9, Link.NONE, Link.NONE, 1);
    CostModel costs = new CostModel(Tiny.SETTING, hardware, Tiny.IDEAL);
    Prediction p = costs.prefill(Tiny.layout(1), 512, 0);
    double linear = 2.0 * 2 * (2 * 4096 + 2 * 2048 + 3 * 8192);
    double logits = 2.0 * 96 * 64 / 512;
    // Each of 512 tokens sees 256.5 keys on average, in 4 heads of 16 of two layers.
    double attention = 4.0 * 2 * 4 * 16 * 256.5;
    assertEquals(1e-6 * (linear + logits + attention), p.total(), 1e-6);
    assertEquals("arithmetic", p.bottleneck());
  }

  @Test
  void theFullestRankDecides() {
    // One of three ranks has two of the four shards, so half of the keys.
    CostModel costs = Tiny.costs(0, 0);
    double whole = costs.decode(new ClusterLayout(1, 1, 1, 4), 6399).kv();
    assertEquals(whole / 2, costs.decode(new ClusterLayout(3, 1, 1, 4), 6399).kv(), EXACT);
    assertEquals(whole / 4, costs.decode(new ClusterLayout(4, 1, 1, 4), 6399).kv(), EXACT);
  }

  @Test
  void panelsThatAreFewerThanThreadsLeaveSomeIdle() {
    Hardware hardware = new Hardware(1e12, 1e18, Link.NONE, Link.NONE, 8);
    CostModel costs = new CostModel(Tiny.SETTING, hardware, Tiny.IDEAL);
    double two = costs.decode(new ClusterLayout(1, 1, 4, 16), 0).weights();
    // No layer has more than four panels of 32 outputs.
    assertEquals(two, costs.decode(new ClusterLayout(1, 1, 8, 16), 0).weights(), EXACT);
  }

  @Test
  void tilesAreFilledOrPaidFor() {
    assertEquals(1, Padding.attention(2));
    // For 8 rows, scores take a panel of 32 and outputs a tile of 11.
    assertEquals((32 + 11) / 16.0, Padding.attention(8));
    assertEquals(1, Padding.attention(192));
    assertEquals(1, Padding.linear(3));
    assertEquals(11 / 4.0, Padding.linear(4));
    assertEquals(1, Padding.linear(512));
  }
}
