package kvasir.lab.bench;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import kvasir.measure.Percentiles;

/**
 * The result of one test.
 *
 * @param gib size of the weights in GiB
 * @param test name of the test, such as {@code tg32 @ d4096}
 * @param tokensPerSecond of all sequences together; mean over the repetitions
 * @param sd standard deviation of tokens per second over the repetitions
 * @param samples tokens per second of each repetition
 * @param gbPerSecond bytes that the test has to read, over its time, in 1e9 bytes per second
 * @param gbShare the same as a share of the read limit, which is measured at the start
 * @param gflopsShare GFLOP/s as a share of the FMA limit, which is measured at the start
 * @param depthFill the way in which the cache was filled to the depth: {@code none}, {@code
 *     synthetic} or {@code prefill}
 * @param peakMiB peak of resident memory while the test ran, summed over the ranks; 0 if not
 *     recorded
 * @param residentMiB peak of resident memory of the rank that had most
 * @param exposedMillis exposed communication time per token, of the rank where it is shortest (the
 *     others also waited for that rank)
 * @param bytesSent bytes sent per token, by the rank that sent most
 * @param messages messages sent per token, by the rank that sent most
 * @param latencyMicros latency of a message between neighbouring ranks while all ranks send, with
 *     computation in between
 * @param startSeconds time from the start of rank 0's JVM to the first computation
 * @param fingerprint hash over all logits of a run
 * @param latencies latencies in milliseconds by name, of all timed runs together; empty for a test
 *     that measures none. {@link LatencyNames} has the names
 * @param times time of each rank by cause; in the order of ranks
 * @param places place of each rank; in the order of ranks
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record BenchRow(
    String model,
    double gib,
    double millionParameters,
    String test,
    int ranks,
    int threads,
    String attention,
    @JsonProperty("kv_type") String kvType,
    String kernels,
    @JsonProperty("tokens_per_second") double tokensPerSecond,
    double sd,
    double median,
    List<Double> samples,
    @JsonProperty("gb_per_second") double gbPerSecond,
    @JsonProperty("gb_share") double gbShare,
    @JsonProperty("gflops") double gflops,
    @JsonProperty("gflops_share") double gflopsShare,
    @JsonProperty("read_limit_gb_per_second") double readLimit,
    @JsonProperty("fma_limit_gflops") double fmaLimit,
    @JsonProperty("depth_fill") String depthFill,
    @JsonProperty("peak_mib") double peakMiB,
    @JsonProperty("resident_mib_per_rank") double residentMiB,
    String transport,
    String merge,
    @JsonProperty("exposed_ms_per_token") double exposedMillis,
    @JsonProperty("bytes_per_token") double bytesSent,
    @JsonProperty("messages_per_token") double messages,
    @JsonProperty("link_latency_us") double latencyMicros,
    @JsonProperty("link_gb_per_second") double linkSpeed,
    @JsonProperty("start_seconds") double startSeconds,
    String fingerprint,
    @JsonProperty("latencies_ms") Map<String, Percentiles> latencies,
    Conditions conditions,
    List<RankTimes> times,
    List<RankPlace> places) {
  public BenchRow {
    // Rows of older versions have none.
    latencies = latencies == null ? Map.of() : latencies;
  }

  /** Returns the number of sequences that were computed together. */
  @JsonProperty(access = JsonProperty.Access.READ_ONLY)
  public int sequences() {
    return BenchTest.of(test)
        .map(BenchTest::sequences)
        .or(() -> LoadTest.of(test).map(LoadTest::concurrency))
        .or(() -> ArrivalTest.of(test).map(ArrivalTest::streams))
        .orElse(1);
  }
}
