package kvasir.team;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import kvasir.measure.StepClock;

/**
 * Team whose members wait for the next region by spinning for a while and then parking. Regions in
 * quick succession therefore start without a thread being woken, and an idle team uses no
 * processor.
 *
 * <pre>
 *   caller:  publish body, epoch++ ── unpark parked ── run share 0 ── wait until pending is 0
 *   member:  wait for a new epoch ── run share m ── pending-- ── (the last one unparks the caller)
 * </pre>
 *
 * <p>Regions must be started by one thread at a time.
 */
public final class ThreadTeam implements Team {
  // Spinning lasts longer than the gap between regions of a layer, and less than a time slice.
  private static final int SPINS = 4096;

  /**
   * Spins between two looks for other threads that want the core, such as those that send results:
   * Linux lets a thread that never waits keep it for some milliseconds.
   */
  private static final int SPINS_PER_YIELD = 64;

  /** Longs per pair of cache lines, so that no two members write to the same lines. */
  private static final int STRIDE = 16;

  private final Thread[] members;
  private final AtomicInteger pending = new AtomicInteger();
  private final int spins;
  private final long[] busy;
  private final StepClock clock;
  private volatile int epoch;
  private volatile boolean closed;
  private volatile Throwable failure;
  private volatile Thread caller;
  private Body body;
  private int regions;
  private long regionNanos;

  private ThreadTeam(int size, Binding binding) {
    // With more threads than processors a spinning member keeps a working one from running.
    this.spins = size <= Runtime.getRuntime().availableProcessors() ? SPINS : 1;
    this.busy = new long[size * STRIDE];
    this.clock = new StepClock(size, () -> regionNanos, this::busyNanos);
    // Bound last, since a bound thread sees only its own processors.
    binding.bind(0);
    this.members = new Thread[size];
    for (int member = 1; member < size; member++) {
      int index = member;
      members[member] =
          Thread.ofPlatform()
              .name("team-" + member)
              .daemon(true)
              .start(() -> serve(index, binding));
    }
  }

  /** Returns a team of {@code threads} threads, including the caller, that the system places. */
  public static Team of(int threads) {
    return of(threads, Binding.NONE);
  }

  /**
   * Returns a team of {@code threads} threads, including the caller, and binds each to its
   * processors.
   *
   * @throws IllegalArgumentException if {@code threads} is less than 1
   */
  public static Team of(int threads, Binding binding) {
    if (threads < 1) {
      throw new IllegalArgumentException(threads + " threads");
    }
    return new ThreadTeam(threads, binding);
  }

  @Override
  public int size() {
    return members.length;
  }

  @Override
  public void run(Body region) {
    if (members.length == 1) {
      region.run(0, 1);
      return;
    }
    long start = System.nanoTime();
    body = region;
    caller = Thread.currentThread();
    pending.set(members.length - 1);
    failure = null;
    epoch = ++regions;
    for (int member = 1; member < members.length; member++) {
      LockSupport.unpark(members[member]);
    }
    runShare(0);
    awaitMembers();
    regionNanos += System.nanoTime() - start;
    rethrow();
  }

  @Override
  public StepClock clock() {
    return clock;
  }

  private long busyNanos() {
    long sum = 0;
    for (int member = 0; member < members.length; member++) {
      sum += busy[member * STRIDE];
    }
    return sum;
  }

  private void awaitMembers() {
    int spun = 0;
    while (pending.get() > 0) {
      rest(spun++);
    }
  }

  // No result depends on who runs.
  @SuppressWarnings("ThreadPriorityCheck")
  private void rest(int spun) {
    if (spun >= spins) {
      LockSupport.park(this);
    } else if (spun % SPINS_PER_YIELD == SPINS_PER_YIELD - 1) {
      Thread.yield();
    } else {
      Thread.onSpinWait();
    }
  }

  private void rethrow() {
    Throwable thrown = failure;
    switch (thrown) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    }
  }

  private void serve(int member, Binding binding) {
    binding.bind(member);
    int seen = 0;
    while (!closed) {
      seen = awaitEpoch(seen);
      if (closed) {
        return;
      }
      runShare(member);
      if (pending.decrementAndGet() == 0) {
        LockSupport.unpark(caller);
      }
    }
  }

  private int awaitEpoch(int seen) {
    int spun = 0;
    while (epoch == seen && !closed) {
      rest(spun++);
    }
    return epoch;
  }

  // All exceptions go to the caller, since the end of a member would make the next region hang.
  @SuppressWarnings("CatchingUnchecked")
  private void runShare(int member) {
    long start = System.nanoTime();
    try {
      body.run(member, members.length);
    } catch (Throwable e) {
      failure = e;
    }
    busy[member * STRIDE] += System.nanoTime() - start;
  }

  @Override
  public void close() {
    closed = true;
    for (int member = 1; member < members.length; member++) {
      LockSupport.unpark(members[member]);
    }
  }
}
