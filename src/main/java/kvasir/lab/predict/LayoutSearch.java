package kvasir.lab.predict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Search for the layout that decodes fastest. It tries all ways to divide a node's cores among
 * ranks, on one node, two, four and so on, up to all nodes.
 */
public final class LayoutSearch {
  /**
   * The question that a search answers.
   *
   * @param nodes number of nodes of the cluster
   * @param context number of tokens in the cache, including the one that is decoded
   * @param prompt number of tokens of a prompt whose prefill is predicted too; 0 for none
   * @param nodeMemory memory of a node in bytes; 0 for no limit
   * @param shards number of shards of all layouts; 0 chooses one for each layout that keeps its
   *     threads busy
   * @param ranksPerNode numbers of ranks per node to try; empty for all divisors of the number of
   *     cores
   */
  public record LayoutQuestion(
      int nodes,
      int context,
      int prompt,
      long nodeMemory,
      int shards,
      List<Integer> ranksPerNode) {}

  private final Setting setting;
  private final Hardware hardware;
  private final CostModel costs;
  private final LayoutQuestion question;

  public LayoutSearch(
      Setting setting, Hardware hardware, Calibration calibration, LayoutQuestion question) {
    this.setting = setting;
    this.hardware = hardware;
    this.costs = new CostModel(setting, hardware, calibration);
    this.question = question;
  }

  /** Returns all layouts, the best of them and the reasons. */
  public LayoutChoice choose() {
    TreeSet<Integer> nodes = new TreeSet<>();
    for (int n = 1; n < question.nodes(); n *= 2) {
      nodes.add(n);
    }
    nodes.add(question.nodes());
    List<LayoutCandidate> candidates = new ArrayList<>();
    nodes.forEach(n -> candidates.addAll(on(n)));
    Optional<LayoutCandidate> best = LayoutChoice.best(candidates);
    return new LayoutChoice(
        List.copyOf(candidates), best, new Advice(this, candidates, best).reasons());
  }

  /**
   * Returns the layouts on {@code nodes} nodes, without those that have more ranks than there can
   * be shards.
   */
  List<LayoutCandidate> on(int nodes) {
    return ranksPerNode().stream()
        .filter(ranks -> (long) nodes * ranks <= mostRanks())
        .map(ranks -> candidate(nodes, ranks))
        .toList();
  }

  /** Returns one layout with its predicted cost. */
  LayoutCandidate candidate(int nodes, int ranksPerNode) {
    int threads = Math.max(1, hardware.cores() / ranksPerNode);
    int ranks = nodes * ranksPerNode;
    int kvHeads = setting.model().kvHeads();
    int shards =
        question.shards() > 0
            ? question.shards()
            : ClusterLayout.shardsFor(ranks, threads, kvHeads);
    ClusterLayout layout = new ClusterLayout(nodes, ranksPerNode, threads, shards);
    Prediction decode = costs.decode(layout, question.context() - 1);
    long bytes = ranksPerNode * decode.memory().bytes();
    return new LayoutCandidate(
        layout,
        decode,
        bytes,
        question.nodeMemory() == 0 || bytes <= question.nodeMemory(),
        question.prompt() == 0 ? null : costs.prefill(layout, question.prompt(), 0));
  }

  Setting setting() {
    return setting;
  }

  CostModel costs() {
    return costs;
  }

  LayoutQuestion question() {
    return question;
  }

  /** Returns the largest number of ranks that a layout may have. */
  int mostRanks() {
    return question.shards() > 0 ? question.shards() : ClusterLayout.MOST_SHARDS;
  }

  private List<Integer> ranksPerNode() {
    if (!question.ranksPerNode().isEmpty()) {
      return question.ranksPerNode();
    }
    int cores = hardware.cores();
    return IntStream.rangeClosed(1, cores).filter(ranks -> cores % ranks == 0).boxed().toList();
  }
}
