package kvasir.attention;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import kvasir.attention.MergePlan.Step;
import kvasir.cluster.Communicator;
import kvasir.cluster.Communicator.Message;

/**
 * Merge by pairwise exchange: at each level of the tree all ranks below a node receive the half
 * that they lack, and all of them merge:
 *
 * <pre>
 *   0 &lt;-> 1   2 &lt;-> 3      4 &lt;-> 5   6 &lt;-> 7
 *   0 &lt;-> 2   1 &lt;-> 3      4 &lt;-> 6   5 &lt;-> 7
 *   0 &lt;-> 4   1 &lt;-> 5      2 &lt;-> 6   3 &lt;-> 7
 * </pre>
 *
 * There is one exchange per level that crosses ranks. If the halves of a node have different
 * numbers of ranks, a rank of the smaller half sends to several.
 */
final class ButterflyMerge implements StateMerge {
  /** Transfers and merge steps of one rank at one level. */
  private record Round(List<Transfer> sends, List<Transfer> receives, List<Step> steps) {}

  /**
   * Transfer of a subtree's state to or from a peer.
   *
   * @param position first position of the subtree
   */
  private record Transfer(int peer, int position) {}

  private final Communicator world;
  private final MergePlan plan;
  private final SubtreeStates states;
  private final RowMerger merger;
  private final List<Round> rounds;

  ButterflyMerge(MergeContext context) {
    this.world = context.world();
    this.plan = context.plan();
    this.states = context.states();
    this.merger = context.merger();
    this.rounds = rounds(plan, world.rank());
  }

  /** Returns the bytes that this merge needs on a rank in addition to its own states. */
  static long bytes(StateCounts c) {
    // A subtree's state at each level, and the transport's copies of one exchange.
    return (Math.min(c.otherSubtrees(), c.levels()) + 2L) * c.stateBytes();
  }

  private static List<Round> rounds(MergePlan plan, int rank) {
    int shards = plan.ownership().shards();
    List<Collection<Integer>> holders = new ArrayList<>();
    for (int position = 0; position < shards; position++) {
      holders.add(List.of(plan.ownership().rankOf(position)));
    }
    List<Round> rounds = new ArrayList<>();
    int span = 0;
    for (Step step : plan.steps()) {
      Collection<Integer> left = holders.get(step.left());
      Collection<Integer> right = holders.get(step.right());
      TreeSet<Integer> both = new TreeSet<>(left);
      both.addAll(right);
      holders.set(step.left(), both);
      if (!step.crossing() || !both.contains(rank)) {
        continue;
      }
      if (step.span() != span) {
        span = step.span();
        rounds.add(new Round(new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
      }
      Round round = rounds.getLast();
      supply(round, rank, step.left(), left, both);
      supply(round, rank, step.right(), right, both);
      round.steps().add(step);
    }
    return rounds;
  }

  /**
   * Adds the transfers of one state: ranks that lack it receive it from the ranks that have it, in
   * turn.
   *
   * @param holders ranks that have the state
   * @param all ranks that need it
   */
  private static void supply(
      Round round, int rank, int position, Collection<Integer> holders, Collection<Integer> all) {
    List<Integer> sources = List.copyOf(holders);
    int next = 0;
    for (int needy : all) {
      if (holders.contains(needy)) {
        continue;
      }
      int source = sources.get(next++ % sources.size());
      if (source == rank) {
        round.sends().add(new Transfer(needy, position));
      } else if (needy == rank) {
        round.receives().add(new Transfer(source, position));
      }
    }
  }

  @Override
  public void merge(int rows, int blocks) {
    for (Round round : rounds) {
      round.receives().forEach(t -> states.hold(t.position(), 0, rows));
      world.exchange(
          messages(round.sends(), rows, blocks), messages(round.receives(), rows, blocks));
      merger.merge(round.steps(), 0, rows, blocks);
    }
  }

  private List<Message> messages(List<Transfer> transfers, int rows, int blocks) {
    return transfers.stream()
        .filter(t -> !plan.empty(t.position(), blocks))
        .map(t -> new Message(t.peer(), states.bytes(t.position(), 0, rows)))
        .toList();
  }
}
