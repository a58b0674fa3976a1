package kvasir.attention;

import java.util.List;
import kvasir.attention.MergePlan.Step;
import kvasir.kernel.Kernels;
import kvasir.team.Team;
import kvasir.tensor.Split;

/**
 * Merges states row by row; if there are many rows, they are divided among the team. Not
 * thread-safe.
 */
final class RowMerger {
  /** Number of merges that take about as long as starting the team. */
  private static final int FEW = 128;

  private final AttentionShape shape;
  private final MergePlan plan;
  private final Kernels kernels;
  private final Team team;
  private final SubtreeStates states;
  private final Team.Body share = this::mergeShare;

  private List<Step> steps = List.of();
  private int from;
  private int to;
  private int blocks;

  RowMerger(
      AttentionShape shape, MergePlan plan, Kernels kernels, Team team, SubtreeStates states) {
    this.shape = shape;
    this.plan = plan;
    this.kernels = kernels;
    this.team = team;
    this.states = states;
  }

  /**
   * Executes steps in order for a run of rows. All states of the steps must be held by this rank.
   *
   * @param from first row, inclusive
   * @param to last row, exclusive
   * @param blocks number of blocks of the sequence
   */
  void merge(List<Step> steps, int from, int to, int blocks) {
    this.steps = steps;
    this.from = from;
    this.to = to;
    this.blocks = blocks;
    if ((to - from) * steps.size() <= FEW) {
      mergeShare(0, 1);
    } else {
      team.run(share);
    }
  }

  private void mergeShare(int member, int members) {
    int first = from + Split.start(to - from, members, member);
    int end = from + Split.start(to - from, members, member + 1);
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      if (!plan.empty(step.right(), blocks)) {
        mergeRows(step.left(), step.right(), first, end);
      }
    }
  }

  private void mergeRows(int leftPosition, int rightPosition, int first, int end) {
    float[] left = states.of(leftPosition);
    float[] right = states.of(rightPosition);
    for (int row = first; row < end; row++) {
      int target = states.offset(leftPosition, row);
      kernels.merge(left, target, right, states.offset(rightPosition, row), shape.headDim());
    }
  }
}
