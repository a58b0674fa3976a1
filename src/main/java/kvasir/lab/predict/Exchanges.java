package kvasir.lab.predict;

import kvasir.attention.MergeCosts;
import kvasir.attention.MergePlan;
import kvasir.attention.MergeTopology;
import kvasir.cache.Ownership;
import kvasir.cluster.Link;
import kvasir.model.ModelConfig;

/**
 * What the exchanges of a forward pass cost, as the code makes them: four all-gathers a layer by
 * Bruck's algorithm, the merge of attention states by the cheapest topology, and the logits.
 *
 * <p>With several nodes every round crosses a border between two of them somewhere, and all wait
 * for that one, so each takes the network's latency. The ranks of a node share its way out.
 */
record Exchanges(Hardware hardware, ClusterLayout layout, MergeCosts merge) {
  /** Time that messages take, apart from waiting for slower ranks. */
  record Cost(int messages, double latency, double bytes) {
    static final Cost NONE = new Cost(0, 0, 0);

    Cost plus(Cost other) {
      return new Cost(messages + other.messages, latency + other.latency, bytes + other.bytes);
    }

    Cost times(int n) {
      return new Cost(n * messages, n * latency, n * bytes);
    }
  }

  static Exchanges of(Hardware hardware, ClusterLayout layout) {
    Ownership ownership = new Ownership(layout.shards(), layout.ranks());
    MergePlan plan = MergePlan.of(ownership);
    return new Exchanges(hardware, layout, MergeCosts.of(link(hardware, layout), plan));
  }

  /** What a rank's messages go through while all other ranks send as well. */
  private static Link link(Hardware hardware, ClusterLayout layout) {
    if (layout.nodes() == 1) {
      return hardware.shared();
    }
    Link network = hardware.network();
    return new Link(network.latency(), network.perByte() * layout.ranksPerNode());
  }

  /** All of one forward pass over so many tokens, and the logits of the last. */
  Cost forward(ModelConfig c, int tokens) {
    if (layout.ranks() == 1) {
      return Cost.NONE;
    }
    long floats = (long) Float.BYTES * tokens;
    long queries = (long) c.heads() * c.headDim();
    long keys = (long) c.kvHeads() * c.headDim();
    return allGather(floats * (queries + 2 * keys))
        .plus(merge(stateBytes(c, tokens)))
        .plus(allGather(floats * c.hiddenSize()).times(2))
        .plus(allGather(floats * c.intermediateSize()))
        .times(c.layers())
        .plus(gather((long) Float.BYTES * c.vocabulary()));
  }

  /** A token's id from rank 0 to all. */
  Cost broadcast() {
    int rounds = rounds();
    return new Cost(rounds, rounds * latency(), 0);
  }

  /** How states of a batch travel. */
  MergeTopology topology(ModelConfig c, int tokens) {
    return merge.choose(stateBytes(c, tokens));
  }

  /** States that a rank merges for each row. */
  double mergedStates(MergeTopology topology) {
    return switch (topology) {
      case GATHER -> layout.ranks();
      case ALLTOALL -> 1;
      default -> merge.messages(MergeTopology.BUTTERFLY);
    };
  }

  static long stateBytes(ModelConfig c, int tokens) {
    return (long) Float.BYTES * tokens * c.heads() * (c.headDim() + 2);
  }

  private double latency() {
    return merge.link().latency();
  }

  private int rounds() {
    return 32 - Integer.numberOfLeadingZeros(layout.ranks() - 1);
  }

  /**
   * Gives every rank the slices of all; in the round over distance d a rank sends d slices, or what
   * is missing in the last one.
   *
   * @param bytes of all slices
   */
  Cost allGather(long bytes) {
    int ranks = layout.ranks();
    double seconds = 0;
    for (int distance = 1; distance < ranks; distance *= 2) {
      double sent = (double) bytes / ranks * Math.min(distance, ranks - distance);
      seconds += round(sent, Math.min(distance, layout.ranksPerNode()));
    }
    return new Cost(rounds(), rounds() * latency(), seconds);
  }

  /**
   * Every rank sends so many bytes.
   *
   * @param leaving ranks of each node whose message goes to another
   */
  private double round(double bytes, int leaving) {
    double out = layout.nodes() == 1 ? 0 : bytes * leaving * hardware.network().perByte();
    boolean staying = layout.nodes() == 1 || leaving < layout.ranksPerNode();
    return Math.max(out, staying ? bytes * hardware.shared().perByte() : 0);
  }

  /** Rank 0 gets all slices; the last message has half of them, and the others are on their way. */
  private Cost gather(long bytes) {
    int ranks = layout.ranks();
    Link last = layout.nodes() == 1 ? hardware.shared() : hardware.network();
    double received = (double) bytes * (ranks - 1) / ranks;
    return new Cost(rounds(), rounds() * latency(), received * last.perByte());
  }

  Cost merge(long bytes) {
    MergeTopology topology = merge.choose(bytes);
    Link free = new Link(latency(), 0);
    double waits = new MergeCosts(free, merge.ranks(), merge.levels()).seconds(topology, bytes);
    double sent = merge.seconds(topology, bytes) - waits;
    return new Cost(
        merge.messages(topology),
        waits,
        topology == MergeTopology.BUTTERFLY && aligned() ? pairs(bytes) : sent);
  }

  /** Whether pairs of ranks at a distance are on one node all or none. */
  private boolean aligned() {
    return Integer.bitCount(layout.ranks()) == 1 && Integer.bitCount(layout.ranksPerNode()) == 1;
  }

  /** Pairs of ranks swap states, over twice the distance each time: first inside their nodes. */
  private double pairs(long bytes) {
    double seconds = 0;
    for (int distance = 1; distance < layout.ranks(); distance *= 2) {
      seconds +=
          round((double) bytes, distance < layout.ranksPerNode() ? 0 : layout.ranksPerNode());
    }
    return seconds;
  }
}
