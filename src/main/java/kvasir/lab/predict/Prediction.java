package kvasir.lab.predict;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import kvasir.attention.MergeTopology;
import kvasir.model.RankMemory;

/**
 * The predicted time for one token, in milliseconds by cause. The causes do not overlap, so they
 * add up. For a prompt it is the mean over its tokens.
 *
 * @param weights reading the weights
 * @param kv reading keys and values
 * @param compute arithmetic, as far as it takes longer than the reading that it overlaps with
 * @param own work that every rank does for itself, however many ranks there are: norms, rotation,
 *     packing, copying, merging, starting its team
 * @param latency latency of messages in sequence
 * @param bytes transfer of bytes over the links
 * @param messages number of messages in sequence, for one forward pass
 * @param merge the topology over which attention states are merged
 * @param memory memory of the rank that needs most
 */
public record Prediction(
    @JsonProperty("weights_ms") double weights,
    @JsonProperty("kv_ms") double kv,
    @JsonProperty("compute_ms") double compute,
    @JsonProperty("own_ms") double own,
    @JsonProperty("latency_ms") double latency,
    @JsonProperty("bytes_ms") double bytes,
    int messages,
    MergeTopology merge,
    RankMemory memory) {

  /** Returns the total time. */
  @JsonProperty("ms_per_token")
  public double total() {
    return weights + kv + compute + own + latency + bytes;
  }

  @JsonProperty("tokens_per_second")
  public double tokensPerSecond() {
    return 1000 / total();
  }

  /** Returns the time of exchanges. */
  @JsonIgnore
  public double exchanges() {
    return latency + bytes;
  }

  /**
   * Returns the time of the work that ranks divide among themselves, and that more nodes shorten.
   */
  @JsonIgnore
  public double shared() {
    return weights + kv + compute;
  }

  /** Returns the cause that takes most time, in words. */
  @JsonProperty("bound_by")
  public String bottleneck() {
    return parts().entrySet().stream()
        .max(Comparator.comparingDouble(Map.Entry::getValue))
        .orElseThrow()
        .getKey();
  }

  @JsonIgnore
  double largest() {
    return parts().get(bottleneck());
  }

  private Map<String, Double> parts() {
    Map<String, Double> parts = new LinkedHashMap<>();
    parts.put("reading weights", weights);
    parts.put("reading keys and values", kv);
    parts.put("arithmetic", compute);
    parts.put("what every rank does for itself", own);
    parts.put("latency of exchanges", latency);
    parts.put("bytes of exchanges", bytes);
    return parts;
  }
}
