package kvasir.attention;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import kvasir.cache.Ownership;

/**
 * The canonical merge tree as data: what is merged where, and what crosses the network. The same
 * parenthesisation for every number of ranks.
 *
 * <p>Node (level, index) covers positions {@code index << level} up to {@code (index + 1) << level}
 * and its state stands on the rank that owns its first position. Steps are in the order of levels;
 * messages only go from higher to lower ranks, so executing the steps in order cannot deadlock.
 */
public record MergePlan(Ownership ownership, List<Step> steps) {
  /**
   * {@code left = merge(left, right)} on rank {@code target}; the right state comes from rank
   * {@code source}, by a message where the two differ. Positions name the states.
   *
   * @param span positions that the right state covers
   * @param crossing whether the merged subtree spans several ranks; even a step between two states
   *     of one rank then has to wait for what an earlier message put into one of them
   */
  public record Step(int left, int right, int span, int target, int source, boolean crossing) {
    public boolean message() {
      return target != source;
    }
  }

  /** The plan of one layout. */
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

  /** A node of the tree by the positions that it covers. */
  record Subtree(int position, int span) {}

  /** Steps inside one rank's own positions, in order: no message comes before them. */
  List<Step> inside(int rank) {
    return steps.stream().filter(s -> !s.crossing() && s.target() == rank).toList();
  }

  /** Steps over several ranks, in order. */
  List<Step> crossing() {
    return steps.stream().filter(Step::crossing).toList();
  }

  /** Those that a rank sends to, receives for, or merges in. */
  List<Step> crossing(int rank) {
    return crossing().stream().filter(s -> s.target() == rank || s.source() == rank).toList();
  }

  /** The maximal subtrees that lie inside a rank, in the order of positions. */
  List<Subtree> roots(int rank) {
    return roots(ownership, rank).toList();
  }

  /** Returns the same of a layout whose steps nobody needs: aligned runs of a power of two. */
  static Stream<Subtree> roots(Ownership ownership, int rank) {
    int end = ownership.first(rank + 1);
    return Stream.iterate(
        largest(ownership.first(rank), end, ownership.shards()),
        root -> root.span() > 0,
        root -> largest(root.position() + root.span(), end, ownership.shards()));
  }

  /** The largest subtree that begins at a position and ends at another or before; empty at it. */
  private static Subtree largest(int position, int end, int shards) {
    int aligned = position == 0 ? shards : Integer.lowestOneBit(position);
    return new Subtree(position, Math.min(aligned, Integer.highestOneBit(end - position)));
  }

  /**
   * Whether all positions of a subtree hold no block: its state is the identity and needs neither
   * message nor merge. All ranks know the length of the sequence, so they agree. A left subtree has
   * the smaller shards, so it is empty only where the right one is.
   */
  boolean empty(int first, int blocks) {
    // The list of shards is in bit-reversed order: a subtree's first shard is its smallest.
    return ownership.shardAt(first) >= blocks;
  }
}
