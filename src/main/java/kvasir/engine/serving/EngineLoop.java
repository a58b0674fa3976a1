package kvasir.engine.serving;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import kvasir.engine.batch.BatchEngine;
import kvasir.engine.batch.Submission;
import kvasir.engine.batch.TokenSink;
import kvasir.engine.sampling.TokenConstraint;
import kvasir.engine.serving.GenerationListener.Failure;
import kvasir.team.BackgroundThreads;

/**
 * Rank 0's loop over the steps of a batch that never ends by itself. Clients submit and cancel from
 * any thread; their commands take effect between two steps. While there is nothing to do the other
 * ranks are told so, and rest.
 */
public final class EngineLoop implements TokenEngine {
  /** Time without a command after which the other ranks are told that there is nothing to do. */
  private static final Duration QUIET = Duration.ofMillis(20);

  /** Longest time after which they are told so again. */
  private static final Duration LONGEST_IDLE = Duration.ofSeconds(10);

  /** Time between two looks for blocks that others than sequences hold. */
  private static final Duration SHORT = Duration.ofMillis(1);

  /** Number of constraints that are made at a time. */
  private static final int PREPARED_AT_A_TIME = 2;

  private static final String ENDED = "the server is stopping";

  private final BatchEngine batch;
  private final Duration idleTime;
  private final BlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();

  /** Makes constraints, as many as there are requests; its threads are few. */
  private final Executor preparing = BackgroundThreads.of("constraints", PREPARED_AT_A_TIME);

  /** Generations that have not ended; used by the loop's thread, or after its end. */
  private final Set<LoopGeneration> generations = new HashSet<>();

  private TokenConstraint.Source constraints =
      description -> {
        throw new IllegalArgumentException("constraints need a tokenizer");
      };

  /** Time of the last step or word of idleness that the other ranks have been sent. */
  private long lastWord = System.nanoTime();

  private boolean closing;
  private volatile boolean ended;
  private volatile long lastStep = System.nanoTime();
  private volatile EngineState state = EngineState.ABSENT;

  /**
   * Creates a loop that has not begun. It takes requests from now on, and says so.
   *
   * @param batch computes; its other ranks follow
   * @param limit time limit of the other ranks' waits
   */
  public EngineLoop(BatchEngine batch, Duration limit) {
    this.batch = batch;
    Duration half = limit.dividedBy(2);
    this.idleTime = half.compareTo(LONGEST_IDLE) < 0 ? half : LONGEST_IDLE;
    publish();
  }

  /**
   * Sets the maker of the constraints of requests, before there are any.
   *
   * @param source used by the threads of clients and by the loop's
   */
  public void constrainBy(TokenConstraint.Source source) {
    constraints = source;
    // A command that does nothing ends the loop's rest.
    batch.constrainBy(source, () -> post(() -> {}));
  }

  /**
   * Computes until {@link #close} is called and all generations have ended, and then ends the loop
   * of the other ranks. If it fails, all generations fail.
   */
  public void run() {
    try {
      while (!closing || batch.live() > 0) {
        takeCommands(Duration.ZERO);
        boolean busy = batch.step();
        lastStep = System.nanoTime();
        lastWord = busy ? lastStep : lastWord;
        letOthersRun();
        publish();
        if (!busy) {
          rest();
        }
      }
      batch.end();
    } finally {
      end();
    }
  }

  /**
   * Yields the core to threads that have been woken to send results. Linux would let this one keep
   * it for some milliseconds, which is many steps of a small model.
   */
  @SuppressWarnings("ThreadPriorityCheck")
  private static void letOthersRun() {
    Thread.yield();
  }

  private void publish() {
    state = new EngineState(!closing, batch.counts(), batch.live(), 0, 0, batch.ranks());
  }

  private void rest() {
    if (batch.live() > 0) {
      boolean any = takeCommands(SHORT);
      if (!any && System.nanoTime() - lastWord > idleTime.toNanos()) {
        tellIdle();
      }
    } else if (!closing && !takeCommands(QUIET)) {
      do {
        tellIdle();
      } while (!takeCommands(idleTime));
    }
  }

  private void tellIdle() {
    batch.idle();
    lastWord = System.nanoTime();
  }

  /**
   * Carries out the commands that have come.
   *
   * @param limit longest time to wait for the first one
   * @return false if none has come
   */
  private boolean takeCommands(Duration limit) {
    try {
      Runnable command = commands.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
      boolean any = command != null;
      for (; command != null; command = commands.poll()) {
        command.run();
      }
      return any;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for requests", e);
    }
  }

  /** Fails what has not ended, and has later commands fail at once. */
  private void end() {
    state = EngineState.ABSENT;
    synchronized (commands) {
      ended = true;
    }
    for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
      command.run();
    }
    List.copyOf(generations).forEach(generation -> generation.fail(Failure.LOST, ENDED));
  }

  /** Accepts no more generations, and ends the loop when those that were accepted have ended. */
  public void close() {
    post(() -> closing = true);
  }

  /** Cancels all generations, which fail. */
  public void abort() {
    post(
        () -> {
          for (LoopGeneration generation : List.copyOf(generations)) {
            cancel(generation);
            generation.fail(Failure.LOST, ENDED);
          }
        });
  }

  private void post(Runnable command) {
    synchronized (commands) {
      if (!ended) {
        commands.add(command);
        return;
      }
    }
    command.run();
  }

  @Override
  public GenerationHandle submit(Generation generation, GenerationListener listener) {
    LoopGeneration submitted = new LoopGeneration(generation, listener);
    Optional<String> constraint = generation.request().choice().constraint();
    if (constraint.isPresent()) {
      preparing.execute(() -> prepare(submitted, constraint.get()));
    } else {
      post(() -> begin(submitted));
    }
    return submitted.handle(this::post, () -> cancel(submitted));
  }

  /**
   * Makes the constraint of a generation, which may take long, so that the maker knows it when the
   * generation begins.
   */
  private void prepare(LoopGeneration generation, String description) {
    if (generation.cancelled()) {
      return;
    }
    try {
      generation.constrain(constraints.of(description));
      post(() -> begin(generation));
    } catch (IllegalArgumentException e) {
      post(() -> generation.fail(Failure.REFUSED, e.getMessage()));
    } catch (RuntimeException | StackOverflowError e) {
      post(() -> generation.fail(Failure.UNSOUND, "the schema cannot be used: " + e));
    }
  }

  private void begin(LoopGeneration generation) {
    if (ended || closing) {
      generation.fail(Failure.LOST, ENDED);
      return;
    }
    if (generation.cancelled()) {
      return;
    }
    List<TokenSink> sinks = generation.sinks(generations::remove);
    Submission answer =
        sinks.size() == 1
            ? batch.submit(generation.request(), sinks.getFirst())
            : batch.submit(generation.request(), sinks);
    switch (answer) {
      case Submission.Accepted accepted -> {
        generations.add(generation);
        generation.accepted(accepted.number());
      }
      case Submission.Refused refused -> generation.fail(Failure.REFUSED, refused.reason());
    }
  }

  private void cancel(LoopGeneration generation) {
    if (!ended && generations.remove(generation)) {
      batch.cancel(generation.number());
    }
  }

  @Override
  public EngineState state() {
    EngineState now = state;
    long quiet = now.live() == 0 ? 0 : System.nanoTime() - lastStep;
    return now.quietFor(quiet);
  }
}
