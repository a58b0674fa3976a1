package kvasir.lab.experiment;

import java.util.List;
import kvasir.lab.bench.BenchTest;

/**
 * One way to run, in processes of its own; the things it measures in one go.
 *
 * @param id unique in its experiment, as {@code 2x1-native} or {@code 1x2-block64}
 * @param transport {@code none} with one rank
 * @param addedLatency held back by each sender, as {@code 50us}; empty for none
 * @param rate of each host's network, as {@code 1gbit}: then ranks run in network namespaces; empty
 *     for none
 * @param blockSize 0 leaves it to the model
 * @param skipped why it cannot run here; empty when it can
 */
public record Arm(
    String id,
    int ranks,
    int threads,
    String transport,
    String attention,
    String merge,
    String kvType,
    int blockSize,
    String addedLatency,
    String rate,
    List<Integer> prompts,
    List<Integer> generations,
    List<Integer> depths,
    String skipped) {

  /** What it measures; nothing where it asks questions. */
  public List<BenchTest> tests() {
    return BenchTest.all(prompts, generations, depths);
  }
}
