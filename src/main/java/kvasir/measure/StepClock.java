package kvasir.measure;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Splits the time of one rank's main thread into the parts of a step. Computing is what it does
 * when nothing else is entered; packing or merging and coming back is one operation, of which there
 * are equally many on every rank, in the same order. Exchanges in it, and those before it outside
 * of any, are its own.
 *
 * <p>For the thread that drives the team, and no other.
 */
public final class StepClock {
  /** What the main thread is at. */
  public enum Part {
    /** Kernels, alone or with the team. */
    COMPUTE,
    /** Copying between activations and messages. */
    PACK,
    /** Merging states of attention. */
    MERGE,
    /** In an exchange with other ranks. */
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
   * @param threads of the team
   * @param regionNanos that the team has spent in regions so far
   * @param busyNanos that its members have worked in them so far, added up
   */
  public StepClock(int threads, LongSupplier regionNanos, LongSupplier busyNanos) {
    this.threads = threads;
    this.regionNanos = regionNanos;
    this.busyNanos = busyNanos;
  }

  /**
   * What a rank did between start and stop, in nanoseconds.
   *
   * @param compute of the main thread; {@code idle} is in it
   * @param idle mean over the team's members of the time in {@code compute} that each did nothing:
   *     waiting for others, or while the main thread worked alone
   * @param exchanges time in exchanges of each operation
   */
  public record Times(long compute, long idle, long pack, long merge, long[] exchanges) {}

  /** Begins to count, from nothing. */
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

  /** Ends counting. */
  public Times stop() {
    end(System.nanoTime());
    closeOperation();
    running = false;
    return new Times(compute, idle, pack, merge, Arrays.copyOf(exchanges, operations));
  }

  /**
   * Goes over to another part.
   *
   * @return the part until now, to go back to
   */
  public Part enter(Part next) {
    Part previous = part;
    if (running && next != previous) {
      long now = System.nanoTime();
      end(now);
      part = next;
      // Ranks differ in the number of bare exchanges, in a tree of messages for example.
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
    // Outside of regions one member works, the main thread.
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
