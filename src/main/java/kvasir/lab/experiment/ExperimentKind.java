package kvasir.lab.experiment;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What an experiment asks: decides its arms, its plot and its words. */
public enum ExperimentKind {
  /** A fixed problem over more and more ranks and threads. */
  @JsonProperty("strong-scaling")
  STRONG_SCALING,
  /** A fixed number of tokens in the cache for each rank. */
  @JsonProperty("weak-scaling")
  WEAK_SCALING,
  /** All ranks x threads of one product. */
  @JsonProperty("threads-vs-processes")
  THREADS_VS_PROCESSES,
  /** Tokens in a KV block. */
  @JsonProperty("block-size")
  BLOCK_SIZE,
  /** Peak memory and time of standard and streaming attention by length. */
  @JsonProperty("attention-memory")
  ATTENTION_MEMORY,
  /** How states travel. */
  @JsonProperty("merge-topology")
  MERGE_TOPOLOGY,
  /** Added latency and limited bandwidth. */
  @JsonProperty("network")
  NETWORK,
  /** Batches of every size beside the limits of memory and arithmetic. */
  @JsonProperty("roofline")
  ROOFLINE,
  /** Standard and streaming attention by length of the prompt. */
  @JsonProperty("prefill-decode")
  PREFILL_DECODE,
  /** How the softmax weight of real answers is shared out over the ranks. */
  @JsonProperty("attention-mass")
  ATTENTION_MASS;

  /** Returns the names of all kinds, as files have them. */
  static List<String> names() {
    return Stream.of(values())
        .map(kind -> kind.name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .toList();
  }
}
