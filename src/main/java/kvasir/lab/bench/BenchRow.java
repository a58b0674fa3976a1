package kvasir.lab.bench;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * One line of a benchmark's result.
 *
 * @param sd standard deviation of tokens per second over the repetitions
 * @param gbPerSecond bytes that had to be read, over the time; 1e9
 * @param gbShare of the read limit that this machine showed at the start
 * @param gflopsShare of the multiply limit
 * @param depthFill how the cache came to its depth: {@code none}, {@code synthetic}, {@code
 *     prefill}
 * @param peakMiB most memory that was resident while the test ran, all ranks; 0 where not asked
 * @param residentMiB the same of the rank that had most
 * @param exposedMillis that computation stood still for messages, per token, on the rank where it
 *     stood least: the others waited for it
 * @param bytesSent per token, by the rank that sent most; so messages
 * @param latencyMicros of a message between neighbours, all ranks at once, with work in between
 * @param startSeconds from the start of rank 0's JVM to the first computation
 * @param fingerprint over the bits of the logits of each timed run
 * @param times of each rank
 * @param places of each rank
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
    Conditions conditions,
    List<RankTimes> times,
    List<RankPlace> places) {}
