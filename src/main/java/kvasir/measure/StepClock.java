package kvasir.measure;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Clock that splits the time of one rank's main thread into the parts of a step. The thread
 * computes unless it has entered another part. Packing or merging, up to the return to computing,
 * is one operation; every rank has the same operations in the same order. Exchanges inside an
 * operation are attributed to it, and so are exchanges since the operation before.
 *
 * <p>Only the thread that drives the team may use the clock.
 */
public final class StepClock {
  /** Part of a step. */
  public enum Part {
    /** Kernels, alone or with the team. */
    COMPUTE,
    /** Copying between activations and messages. */
    PACK,
    /** Merging states of attention. */
    MERGE,
    /** Exchanging messages with other ranks. */
    EXCHANGE
  }

  private static final int FIRST_OPERATIONS = 1024;

  private final int threads;
  private final LongSupplier regionNanos;
  private final LongSupplier busyNanos;
  private long[] exchanges = new long[FIRST_OPERATIONS];

  private boolean running;
  private Part part = Part.COMPUTE;
  private long since;
  private long regionsBefore;
  private long busyBefore;
  private long compute;
  private long idle;
  private long pack;
  private long merge;
  private long exchange;
  private int operations;
  private long exchangeBefore;

  /**
   * Creates a clock that is stopped.
   *
   * @param threads number of threads of the team
   * @param regionNanos nanoseconds that the team has spent in regions so far
   * @param busyNanos nanoseconds that members have worked in regions so far, summed over members
   */
  public StepClock(int threads, LongSupplier regionNanos, LongSupplier busyNanos) {
    this.threads = threads;
    this.regionNanos = regionNanos;
    this.busyNanos = busyNanos;
  }

  /**
   * Times of a rank between start and stop, in nanoseconds.
   *
   * @param compute time in which the main thread computed; includes {@code idle}
   * @param idle time within {@code compute} in which a member did nothing, waiting for others or
   *     while the main thread worked alone; mean over the team's members
   * @param pack time of copying between activations and messages
   * @param merge time of merging states of attention
   * @param exchanges time of the exchanges of each operation
   */
  public record Times(long compute, long idle, long pack, long merge, long[] exchanges) {}

  /** Resets all times and starts the clock. */
  public void start() {
    compute = 0;
    idle = 0;
    pack = 0;
    merge = 0;
    exchange = 0;
    operations = 0;
    exchangeBefore = 0;
    running = true;
    part = Part.COMPUTE;
    begin(System.nanoTime());
  }

  /** Stops the clock and returns the times since {@link #start}. */
  public Times stop() {
    end(System.nanoTime());
    closeOperation();
    running = false;
    return new Times(compute, idle, pack, merge, Arrays.copyOf(exchanges, operations));
  }

  /**
   * Enters another part.
   *
   * @return the part until now, to be entered again afterwards
   */
  public Part enter(Part next) {
    Part previous = part;
    if (running && next != previous) {
      long now = System.nanoTime();
      end(now);
      part = next;
      // An exchange alone is not an operation: ranks differ in their number, as in a tree of
      // messages.
      if (next == Part.COMPUTE && previous != Part.EXCHANGE) {
        closeOperation();
      }
      begin(now);
    } else {
      part = next;
    }
    return previous;
  }

  private void begin(long now) {
    since = now;
    if (part == Part.COMPUTE) {
      regionsBefore = regionNanos.getAsLong();
      busyBefore = busyNanos.getAsLong();
    }
  }

  private void end(long now) {
    long wall = now - since;
    switch (part) {
      case COMPUTE -> endCompute(wall);
      case PACK -> pack += wall;
      case MERGE -> merge += wall;
      case EXCHANGE -> exchange += wall;
    }
  }

  private void endCompute(long wall) {
    long regions = regionNanos.getAsLong() - regionsBefore;
    long busy = busyNanos.getAsLong() - busyBefore;
    compute += wall;
    // Outside of regions only the main thread works.
    idle += ((threads - 1) * wall + regions - busy) / threads;
  }

  private void closeOperation() {
    if (operations == exchanges.length) {
      exchanges = Arrays.copyOf(exchanges, 2 * operations);
    }
    exchanges[operations++] = exchange - exchangeBefore;
    exchangeBefore = exchange;
  }
}
