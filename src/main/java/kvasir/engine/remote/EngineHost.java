package kvasir.engine.remote;

import java.io.IOException;
import java.net.Socket;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import kvasir.engine.batch.BlockAttention;
import kvasir.engine.batch.NumberReader;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.serving.EngineLoop;
import kvasir.engine.serving.EngineState;
import kvasir.engine.serving.GenerationHandle;
import kvasir.engine.serving.GenerationListener;
import kvasir.error.ClusterFailure;

/**
 * Rank 0's end of the connection with a {@link RemoteEngine}: it carries out the commands, and
 * reports what comes of them. Owns the connection and two threads until {@link #close}.
 */
public final class EngineHost implements AutoCloseable {
  /** Time between two looks at the engine's state, and between two reports of it. */
  private static final long LOOK_NANOS = 100_000_000;

  private static final long STATE_NANOS = 1_000_000_000;

  private final EngineLoop loop;
  private final long kvBytes;
  private final MessageLine line;
  private final Map<Long, GenerationHandle> handles = new ConcurrentHashMap<>();
  private volatile boolean closed;
  private volatile boolean broken;

  /**
   * Creates the end of a connection.
   *
   * @param loop computes; stays the caller's, who runs it by {@link #run}
   * @param kvBytes bytes of this rank's memory for keys and values
   * @throws ClusterFailure if the connection has ended
   */
  public EngineHost(EngineLoop loop, Socket socket, long kvBytes) {
    this.loop = loop;
    this.kvBytes = kvBytes;
    try {
      this.line = new MessageLine(socket);
    } catch (IOException e) {
      throw lost(e);
    }
  }

  private static ClusterFailure lost(IOException cause) {
    return new ClusterFailure(0, -1, "the connection with the server has ended", cause);
  }

  /**
   * Runs the loop until it is told to end.
   *
   * @throws ClusterFailure if the connection ends before
   */
  public void run() {
    Thread.ofPlatform().name("engine-commands").daemon(true).start(this::take);
    Thread.ofPlatform().name("engine-state").daemon(true).start(this::tell);
    loop.run();
    if (broken) {
      throw lost(null);
    }
  }

  private void take() {
    try {
      Optional<NumberReader> message = line.receive();
      while (message.isPresent()) {
        take(Command.decode(message.get()));
        message = line.receive();
      }
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      // What comes after it cannot be understood either.
    }
    if (!closed) {
      broken = true;
      loop.close();
      loop.abort();
    }
  }

  private void take(Command command) {
    switch (command) {
      case Command.Submit submit -> {
        Reporter reporter = new Reporter(submit);
        handles.put(submit.number(), loop.submit(submit.generation(), reporter));
        if (reporter.over) {
          handles.remove(submit.number());
        }
      }
      case Command.Stop(long number, int choice) ->
          Optional.ofNullable(handles.get(number)).ifPresent(handle -> handle.stop(choice));
      case Command.Cancel(long number) ->
          Optional.ofNullable(handles.remove(number)).ifPresent(GenerationHandle::cancel);
      case Command.Close() -> loop.close();
    }
  }

  private void send(Report report) {
    line.send(Report.encode(report));
  }

  private void tell() {
    EngineState last = EngineState.ABSENT;
    long sent = System.nanoTime() - STATE_NANOS;
    while (!closed) {
      EngineState now = loop.state();
      boolean changed =
          now.ready() != last.ready()
              || now.live() != last.live()
              || !now.counts().equals(last.counts());
      if (changed || System.nanoTime() - sent >= STATE_NANOS) {
        send(new Report.State(kvBytes, now));
        last = now;
        sent = System.nanoTime();
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** Closes the connection when all reports have been sent. */
  @Override
  public void close() {
    closed = true;
    line.close();
  }

  /** Sender of one generation's results. */
  private final class Reporter implements GenerationListener {
    private final long number;
    private int running;
    private volatile boolean over;

    Reporter(Command.Submit submit) {
      this.number = submit.number();
      this.running = submit.generation().request().choice().choices();
    }

    @Override
    public void accepted() {
      send(new Report.Accepted(number));
    }

    @Override
    public void began(int cachedTokens) {
      send(new Report.Began(number, cachedTokens));
    }

    @Override
    public void described(ChosenToken token) {
      send(new Report.Described(number, token));
    }

    @Override
    public void attended(int choice, BlockAttention attention) {
      send(new Report.Attended(number, choice, attention));
    }

    @Override
    public void token(int choice, ChosenToken token) {
      send(new Report.Token(number, choice, token));
    }

    @Override
    public void finished(int choice, boolean byEnd) {
      send(new Report.Finished(number, choice, byEnd));
      if (--running == 0) {
        end();
      }
    }

    @Override
    public void failed(Failure failure, String cause) {
      // A world that is lost says nothing: what it has not computed, the next one will.
      if (failure != Failure.LOST) {
        send(new Report.Failed(number, failure, cause));
      }
      end();
    }

    private void end() {
      over = true;
      handles.remove(number);
    }
  }
}
