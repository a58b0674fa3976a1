package kvasir.engine.remote;

import java.io.IOException;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import kvasir.engine.batch.Counts;
import kvasir.engine.batch.NumberReader;
import kvasir.engine.serving.EngineState;
import kvasir.engine.serving.Generation;
import kvasir.engine.serving.GenerationHandle;
import kvasir.engine.serving.GenerationListener;
import kvasir.engine.serving.GenerationListener.Failure;
import kvasir.engine.serving.TokenEngine;

/**
 * Engine whose computing is done by successive worlds of other processes. It keeps each
 * generation's request and tokens. After the loss of a world the next one computes the rest, with
 * the same bits; listeners notice a pause. Listeners are called under this object's lock.
 * Thread-safe.
 */
public final class RemoteEngine implements TokenEngine {
  private static final String STOPPING = "the server is stopping";

  private final Consumer<Long> ready;
  private final Set<LiveGeneration> live = new LinkedHashSet<>();
  private final Map<Long, LiveGeneration.Part> parts = new LinkedHashMap<>();
  private Optional<MessageLine> line = Optional.empty();
  private Optional<String> refusal = Optional.of("the model is being loaded");
  private boolean closing;
  private long nextNumber;
  private Counts before = Counts.NONE;
  private EngineState state = EngineState.ABSENT;
  private long stateTime;
  private int worlds;
  private boolean usable;

  /**
   * Creates an engine without a world.
   *
   * @param ready called when a world has begun to compute, with the bytes of rank 0's memory for
   *     keys and values; in the thread of {@link #serve}
   */
  public RemoteEngine(Consumer<Long> ready) {
    this.ready = ready;
  }

  /**
   * Uses the connection of a new world's rank 0 until it ends.
   *
   * @param rankZero the connection, which this method closes
   */
  public void serve(Socket rankZero) {
    try {
      MessageLine next = new MessageLine(rankZero);
      try {
        take(next);
      } finally {
        next.shut();
        leave(next);
      }
    } catch (IOException | IllegalArgumentException e) {
      // Rank 0 sees the end of the connection and fails, which is the loss of its world.
    }
  }

  private void take(MessageLine from) throws IOException {
    attach(from);
    Optional<NumberReader> message = from.receive();
    while (message.isPresent()) {
      Report report = Report.decode(message.get());
      boolean first = false;
      synchronized (this) {
        if (line.filter(present -> present == from).isEmpty()) {
          return;
        }
        first = take(report);
      }
      if (first && report instanceof Report.State state) {
        ready.accept(state.kvBytes());
      }
      message = from.receive();
    }
  }

  private synchronized void attach(MessageLine next) {
    line.ifPresent(MessageLine::shut);
    line = Optional.of(next);
    usable = false;
    worlds++;
    parts.clear();
    live.forEach(this::submit);
    live.removeIf(LiveGeneration::over);
    if (closing) {
      send(new Command.Close());
    }
  }

  private synchronized void leave(MessageLine ended) {
    if (line.filter(present -> present == ended).isPresent()) {
      lost();
    }
  }

  /** Forgets the world, which is lost; what has not ended waits for the next one. */
  public synchronized void lost() {
    line.ifPresent(MessageLine::shut);
    line = Optional.empty();
    parts.clear();
    before = before.and(state.counts());
    state = EngineState.ABSENT;
    usable = false;
  }

  /** Returns true at the first state of a world that computes. */
  private boolean take(Report report) {
    switch (report) {
      case Report.Accepted(long number) -> whole(number).ifPresent(LiveGeneration::accepted);
      case Report.Began(long number, int cached) -> whole(number).ifPresent(g -> g.began(cached));
      case Report.Described described ->
          whole(described.number()).ifPresent(g -> g.described(described.token()));
      case Report.Attended attended ->
          part(attended.number())
              .ifPresent(
                  p -> p.whole().attended(p.choice(attended.choice()), attended.attention()));
      case Report.Token token ->
          part(token.number())
              .ifPresent(p -> p.whole().token(p.choice(token.choice()), token.token()));
      case Report.Finished(long number, int choice, boolean byEnd) -> finish(number, choice, byEnd);
      case Report.Failed(long number, Failure failure, String cause) ->
          whole(number).ifPresent(g -> fail(g, failure, cause));
      case Report.State now -> {
        return take(now.state());
      }
    }
    return false;
  }

  private boolean take(EngineState now) {
    state = now;
    stateTime = System.nanoTime();
    boolean first = now.ready() && !usable;
    if (first) {
      usable = true;
      refusal = closing ? refusal : Optional.empty();
    }
    return first;
  }

  @Override
  public synchronized GenerationHandle submit(Generation generation, GenerationListener listener) {
    LiveGeneration submitted = new LiveGeneration(generation, listener);
    if (refusal.isPresent()) {
      submitted.failed(Failure.LOST, refusal.get());
    } else {
      live.add(submitted);
      submit(submitted);
    }
    return new Handle(submitted);
  }

  private void submit(LiveGeneration whole) {
    if (line.isPresent()) {
      for (LiveGeneration.Part part : whole.rest()) {
        parts.put(nextNumber, part);
        send(new Command.Submit(nextNumber++, part.generation()));
      }
    }
  }

  private void send(Command command) {
    line.ifPresent(present -> present.send(Command.encode(command)));
  }

  private Optional<LiveGeneration.Part> part(long number) {
    return Optional.ofNullable(parts.get(number));
  }

  private Optional<LiveGeneration> whole(long number) {
    return part(number).map(LiveGeneration.Part::whole);
  }

  private void finish(long number, int choice, boolean byEnd) {
    part(number)
        .ifPresent(
            part -> {
              part.whole().finished(part.choice(choice), byEnd);
              if (part.whole().over()) {
                forget(part.whole());
              }
            });
  }

  private void fail(LiveGeneration whole, Failure failure, String cause) {
    whole.failed(failure, cause);
    drop(whole);
  }

  /** Cancels what a world computes of a generation that is over. */
  private void drop(LiveGeneration whole) {
    parts.forEach(
        (number, part) -> {
          if (part.whole() == whole) {
            send(new Command.Cancel(number));
          }
        });
    forget(whole);
  }

  private void forget(LiveGeneration whole) {
    live.remove(whole);
    parts.values().removeIf(part -> part.whole() == whole);
  }

  /** Accepts no more generations; the world ends when those that were accepted have ended. */
  public synchronized void close() {
    closing = true;
    refusal = Optional.of(STOPPING);
    send(new Command.Close());
  }

  /** Returns the number of choices that have not ended. */
  public synchronized int live() {
    return live.stream().mapToInt(LiveGeneration::running).sum();
  }

  /** Returns whether there is a world, which may not compute yet. */
  public synchronized boolean attached() {
    return line.isPresent();
  }

  /**
   * Fails all generations, also those that are submitted later.
   *
   * @param cause the reason, for the user
   */
  public synchronized void end(String cause) {
    refusal = Optional.of(cause);
    List.copyOf(live).forEach(whole -> fail(whole, Failure.LOST, cause));
  }

  @Override
  public synchronized EngineState state() {
    Counts counts = before.and(state.counts());
    int rebuilds = Math.max(0, worlds - 1);
    if (!usable) {
      return new EngineState(false, counts, live(), 0, rebuilds, List.of());
    }
    long quiet = state.live() == 0 ? 0 : state.quietNanos() + System.nanoTime() - stateTime;
    return new EngineState(
        !closing && state.ready(), counts, state.live(), quiet, rebuilds, state.ranks());
  }

  /** A client's end of a generation. */
  private final class Handle implements GenerationHandle {
    private final LiveGeneration whole;

    Handle(LiveGeneration whole) {
      this.whole = whole;
    }

    @Override
    public void stop(int choice) {
      synchronized (RemoteEngine.this) {
        whole.stop(choice);
        parts.forEach(
            (number, part) -> {
              if (part.whole() == whole && part.has(choice)) {
                send(new Command.Stop(number, choice - part.first()));
              }
            });
      }
    }

    @Override
    public void cancel() {
      synchronized (RemoteEngine.this) {
        if (!whole.over()) {
          whole.cancel();
          drop(whole);
        }
      }
    }
  }
}
