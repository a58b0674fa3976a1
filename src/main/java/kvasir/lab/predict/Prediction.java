package kvasir.lab.predict;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import kvasir.attention.MergeTopology;
import kvasir.model.RankMemory;

/**
 * What a token will take, in milliseconds by cause, one after the other; in a prompt on average.
 *
 * @param weights reading the weights
 * @param kv reading keys and values
 * @param compute arithmetic that lasts longer than the reading it goes with, by how much
 * @param own what every rank does for itself, whatever the number of ranks: norms, rotation,
 *     packing, copying, merging, starting its team
 * @param latency of messages that wait for each other
 * @param bytes through the links
 * @param messages in sequence, for one forward pass
 * @param merge how attention states travel
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

  /** All parts. */
  @JsonProperty("ms_per_token")
  public double total() {
    return weights + kv + compute + own + latency + bytes;
  }

  @JsonProperty("tokens_per_second")
  public double tokensPerSecond() {
    return 1000 / total();
  }

  /** Time in messages. */
  @JsonIgnore
  public double exchanges() {
    return latency + bytes;
  }

  /** Time of what more nodes share out further. */
  @JsonIgnore
  public double shared() {
    return weights + kv + compute;
  }

  /** The largest part, in words. */
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
