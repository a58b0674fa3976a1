package kvasir.attention;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import kvasir.cache.Ownership;

/**
 * The canonical merge tree as a list of steps, with the rank of each and the messages between
 * ranks. The parenthesisation is the same for every number of ranks.
 *
 * <p>Node (level, index) covers positions {@code index << level} up to {@code (index + 1) << level}
 * and its state is held by the rank that owns its first position. Steps are in the order of levels,
 * and messages only go from higher to lower ranks, so executing the steps in order cannot deadlock.
 *
 * @param ownership the division of shards among ranks
 * @param steps all merges of the tree, in order
 */
public record MergePlan(Ownership ownership, List<Step> steps) {
  /**
   * One merge, {@code left = merge(left, right)}. States are named by the first position of their
   * subtree.
   *
   * @param left position of the left state, which receives the result
   * @param right position of the right state
   * @param span number of positions that the right state covers
   * @param target rank that merges
   * @param source rank that holds the right state and sends it if it is not the target
   * @param crossing whether the merged subtree spans several ranks; a step between two states of
   *     one rank then still has to wait for a message that completes one of them
   */
  public record Step(int left, int right, int span, int target, int source, boolean crossing) {
    /** Returns whether the right state is sent as a message. */
    public boolean message() {
      return target != source;
    }
  }

  /** Returns the plan of a layout. */
  public static MergePlan of(Ownership ownership) {
    List<Step> steps = new ArrayList<>();
    for (int span = 1; span < ownership.shards(); span *= 2) {
      for (int left = 0; left < ownership.shards(); left += 2 * span) {
        int right = left + span;
        int target = ownership.rankOf(left);
        boolean crossing = target != ownership.rankOf(right + span - 1);
        steps.add(new Step(left, right, span, target, ownership.rankOf(right), crossing));
      }
    }
    return new MergePlan(ownership, List.copyOf(steps));
  }

  /**
   * A node of the tree.
   *
   * @param position first position that it covers
   * @param span number of positions that it covers; 0 for none
   */
  record Subtree(int position, int span) {}

  /** Returns the steps inside one rank's own positions, in order; they depend on no message. */
  List<Step> inside(int rank) {
    return steps.stream().filter(s -> !s.crossing() && s.target() == rank).toList();
  }

  /** Returns the steps that span several ranks, in order. */
  List<Step> crossing() {
    return steps.stream().filter(Step::crossing).toList();
  }

  /**
   * Returns the steps that span several ranks and in which a rank sends, receives or merges, in
   * order.
   */
  List<Step> crossing(int rank) {
    return crossing().stream().filter(s -> s.target() == rank || s.source() == rank).toList();
  }

  /** Returns the maximal subtrees that lie inside a rank, in the order of positions. */
  List<Subtree> roots(int rank) {
    return roots(ownership, rank).toList();
  }

  /**
   * Returns the maximal subtrees that lie inside a rank, without computing a plan. They are aligned
   * runs of a power of two.
   */
  static Stream<Subtree> roots(Ownership ownership, int rank) {
    int end = ownership.first(rank + 1);
    return Stream.iterate(
        largest(ownership.first(rank), end, ownership.shards()),
        root -> root.span() > 0,
        root -> largest(root.position() + root.span(), end, ownership.shards()));
  }

  /**
   * Returns the largest subtree that begins at {@code position} and ends at or before {@code end};
   * its span is 0 if the two are equal.
   */
  private static Subtree largest(int position, int end, int shards) {
    int aligned = position == 0 ? shards : Integer.lowestOneBit(position);
    return new Subtree(position, Math.min(aligned, Integer.highestOneBit(end - position)));
  }

  /**
   * Returns whether no position of a subtree holds a block. Its state is then the identity and
   * needs neither message nor merge. All ranks know the length of the sequence, so they agree. A
   * left subtree has the smaller shards, so it is empty only if the right one is.
   *
   * @param first first position of the subtree
   * @param blocks number of blocks of the sequence
   */
  boolean empty(int first, int blocks) {
    // The shards are in bit-reversed order, in which a subtree's first shard is its smallest.
    return ownership.shardAt(first) >= blocks;
  }
}
