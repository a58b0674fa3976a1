package kvasir.engine.batch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongPredicate;
import kvasir.cache.BlockPool;

/**
 * Division of a step's rows among the running sequences.
 *
 * <p>Sequences that choose tokens come first, one row each, without regard to time: the weights are
 * read once for all of them. If they are more than the rows of a step, the oldest has a row in
 * every step and the others take turns. Prompts get the rest of rows and time, and always an eighth
 * of both. Half of that goes to prompts in the order of arrival, so that none waits for ever behind
 * shorter ones; the other half to those with the fewest tokens left, so that a short prompt does
 * not wait for a long one. Among equally long ones both halves keep the order of arrival.
 *
 * <p>A sequence that needs a block when none is available preempts the youngest of those younger
 * than itself that hold a block of the same rank. If there is none it has no row in this step and
 * keeps its blocks; the oldest sequence always finds a block.
 */
final class RowPlanner {
  private static final int PROMPT_SHARE = 8;
  private static final Comparator<Live> SHORTEST_FIRST =
      Comparator.<Live>comparingInt(live -> live.sequence.pending() - live.rows)
          .thenComparingLong(Live::number);

  private final Limits limits;
  private final BlockPool pool;
  private final LiveSequences sequences;
  private final StepCost cost;
  private long lastInTurn = -1;
  private long preemptions;

  RowPlanner(Limits limits, BlockPool pool, LiveSequences sequences, StepCost cost) {
    this.limits = limits;
    this.pool = pool;
    this.sequences = sequences;
    this.cost = cost;
  }

  /** Returns the number of preemptions for want of blocks so far. */
  long preemptions() {
    return preemptions;
  }

  /**
   * Sets the rows of each running sequence.
   *
   * @param held whether a sequence must not choose a token; its last row is left
   * @return the sequences with rows: those that choose tokens, then prompts, each in the order of
   *     arrival
   */
  List<Live> plan(long step, LongPredicate held) {
    List<Live> choosing = new ArrayList<>();
    List<Live> prompts = new ArrayList<>();
    for (Live live : sequences.running()) {
      live.rows = 0;
      live.held = held.test(live.number());
      if (!live.held || !live.decoding()) {
        (live.decoding() ? choosing : prompts).add(live);
      }
    }
    List<Live> planned = new ArrayList<>();
    double nanos = limits.stepNanos() - cost.nanos(0, 0);
    for (Live live : inTurn(choosing, rowsForChoosing(step, prompts))) {
      if (sequences.isRunning(live) && findBlock(live)) {
        live.rows = 1;
        nanos -= cost.nanos(1, live.sequence.length()) - cost.nanos(0, 0);
        planned.add(live);
      }
    }
    prompts.removeIf(live -> !sequences.isRunning(live));
    shareAmongPrompts(prompts, limits.maxRows() - planned.size(), nanos, step);
    prompts.stream().filter(live -> live.rows > 0).forEach(planned::add);
    return planned;
  }

  private int rowsForChoosing(long step, List<Live> prompts) {
    if (prompts.isEmpty()) {
      return limits.maxRows();
    }
    if (limits.maxRows() == 1) {
      return (int) (step & 1);
    }
    return limits.maxRows() - Math.max(1, limits.maxRows() / PROMPT_SHARE);
  }

  /** Returns the oldest of the sequences and those whose turn it is, in the order of arrival. */
  private List<Live> inTurn(List<Live> choosing, int rows) {
    if (choosing.size() <= rows || rows == 0) {
      return rows == 0 ? List.of() : choosing;
    }
    int others = choosing.size() - 1;
    int next = 0;
    while (next < others && choosing.get(1 + next).number() <= lastInTurn) {
      next++;
    }
    List<Live> chosen = new ArrayList<>(rows);
    chosen.add(choosing.getFirst());
    for (int i = 0; i < rows - 1; i++) {
      Live live = choosing.get(1 + (next + i) % others);
      chosen.add(live);
      lastInTurn = live.number();
    }
    chosen.sort(Comparator.comparingLong(Live::number));
    return chosen;
  }

  /** Sees to it that a sequence has the block of its next row; returns whether it has. */
  private boolean findBlock(Live live) {
    int blocks = live.sequence.blocks();
    if (live.sequence.computed() < blocks * pool.blockTokens()) {
      return true;
    }
    while (!live.sequence.addBlock(pool)) {
      List<Live> victims = sequences.victims(pool.rankOfBlock(blocks), live);
      if (victims.isEmpty()) {
        return false;
      }
      victims.forEach(sequences::preempt);
      preemptions += victims.size();
    }
    return true;
  }

  private void shareAmongPrompts(List<Live> prompts, int rows, double nanos, long step) {
    if (prompts.isEmpty() || rows < 1) {
      return;
    }
    double time = Math.max(nanos, (double) limits.stepNanos() / PROMPT_SHARE);
    // An odd row goes to the oldest and to the shortest in turn.
    int oddRow = step % 2 == 0 ? 1 : 0;
    Room half = new Room((rows + oddRow) / 2, time / 2);
    Room all = new Room(rows, time);
    int used = 0;
    for (Live live : prompts) {
      used += half.give(live, all);
    }
    List<Live> shortest = new ArrayList<>(prompts);
    shortest.sort(SHORTEST_FIRST);
    for (Live live : shortest) {
      used += all.give(live, null);
    }
    if (used == 0) {
      prompts.getFirst().rows = 1;
    }
  }

  /** Rows and time that are left for prompts. */
  private final class Room {
    private int rows;
    private double nanos;

    Room(int rows, double nanos) {
      this.rows = rows;
      this.nanos = nanos;
    }

    /**
     * Gives a sequence as many rows as fit; {@code whole}, if not null, is room that holds this.
     */
    int give(Live live, Room whole) {
      int position = live.sequence.computed() + live.rows;
      int pending = live.sequence.pending() - (live.held ? 1 : 0);
      int most = Math.min(pending, limits.chunkRows()) - live.rows;
      int given = cost.rowsWithin(nanos, position, Math.min(rows, most));
      double time = cost.nanos(given, Span.keys(position, given)) - cost.nanos(0, 0);
      spend(given, time);
      if (whole != null) {
        whole.spend(given, time);
      }
      live.rows += given;
      return given;
    }

    private void spend(int given, double time) {
      rows -= given;
      nanos -= time;
    }
  }
}
