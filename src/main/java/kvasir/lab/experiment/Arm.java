package kvasir.lab.experiment;

import java.util.List;
import java.util.stream.Stream;
import kvasir.lab.bench.BenchTest;
import kvasir.lab.bench.LoadTest;

/**
 * An arm of an experiment: one configuration, which runs in processes of its own, and the tests
 * that it measures.
 *
 * @param id name that is unique in its experiment, such as {@code 2x1-native} or {@code
 *     1x2-block64}
 * @param transport name of the transport; {@code none} with one rank
 * @param blockSize number of tokens in a KV block; 0 derives it from the model
 * @param addedLatency time that each sender holds a message back, such as {@code 50us}; empty for
 *     none
 * @param rate limit of each host's network, such as {@code 1gbit}, for which ranks run in network
 *     namespaces; empty for none
 * @param prompts numbers of prompt tokens to test
 * @param generations numbers of generated tokens to test
 * @param depths numbers of tokens in the cache before each test
 * @param loads tests of requests that are kept running
 * @param skipped the reason for which it cannot run here; empty if it can
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
    List<LoadTest> loads,
    String skipped) {

  /** Returns the names of the tests of this arm; empty if it asks questions instead. */
  public List<String> tests() {
    return Stream.concat(
            BenchTest.all(prompts, generations, depths, List.of(1), false).stream()
                .map(BenchTest::name),
            loads.stream().map(LoadTest::name))
        .toList();
  }
}
