package kvasir.lab.experiment;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The kind of an experiment, which decides its arms, its plot and the words of its report. */
public enum ExperimentKind {
  /** A fixed problem on increasing numbers of ranks and threads. */
  @JsonProperty("strong-scaling")
  STRONG_SCALING,
  /** A fixed number of cached tokens for each rank, on increasing numbers of ranks. */
  @JsonProperty("weak-scaling")
  WEAK_SCALING,
  /** All layouts with the same product of ranks and threads. */
  @JsonProperty("threads-vs-processes")
  THREADS_VS_PROCESSES,
  /** Different numbers of tokens in a KV block. */
  @JsonProperty("block-size")
  BLOCK_SIZE,
  /** Peak memory and time of standard and streaming attention, by length. */
  @JsonProperty("attention-memory")
  ATTENTION_MEMORY,
  /** Different topologies for merging attention states. */
  @JsonProperty("merge-topology")
  MERGE_TOPOLOGY,
  /** Added latency and limited bandwidth of the network. */
  @JsonProperty("network")
  NETWORK,
  /** Batches of different sizes beside the read limit and the FMA limit. */
  @JsonProperty("roofline")
  ROOFLINE,
  /** Time of standard and streaming attention, by length of the prompt. */
  @JsonProperty("prefill-decode")
  PREFILL_DECODE,
  /** Throughput and latency by number of requests, for the layouts of threads-vs-processes. */
  @JsonProperty("serving-load")
  SERVING_LOAD,
  /** Shares of the ranks in the softmax weight of real answers. */
  @JsonProperty("attention-mass")
  ATTENTION_MASS;

  /** Returns the names of all kinds, as they are written in files. */
  static List<String> names() {
    return Stream.of(values())
        .map(kind -> kind.name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .toList();
  }
}
