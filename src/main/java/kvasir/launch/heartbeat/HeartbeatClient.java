package kvasir.launch.heartbeat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import kvasir.cluster.Doorbell;
import kvasir.cluster.Rings;
import kvasir.error.ClusterFailure;
import kvasir.measure.Activity;

/**
 * A rank's end of the side channel. It owns its connection and two threads until {@link #close}.
 * Thread-safe.
 */
public final class HeartbeatClient implements Doorbell, AutoCloseable {
  /** Environment variable with the address that a launcher listens on: {@code host:port}. */
  public static final String LISTENER = "KVASIR_LISTENER";

  /**
   * Environment variable with the run's token, for launches in which standard input does not reach
   * each rank.
   */
  public static final String TOKEN = "KVASIR_TOKEN";

  private static final long OVERSLEPT_NANOS = 1_000_000_000;

  private final InetSocketAddress address;
  private final RunToken token;
  private final int rank;
  private final Activity activity;
  private final Consumer<RunEnd> ended;
  private final Socket socket;
  private final DataOutputStream out;
  private final CompletableFuture<List<String>> peers = new CompletableFuture<>();
  private final BlockingQueue<Optional<String>> orders = new LinkedBlockingQueue<>();
  private final RemoteInput input = new RemoteInput(() -> send(Frame.of(Frame.FrameKind.WANT)));
  private final Rings rings;
  private final Frame.Welcome listener;
  private volatile long heard = System.nanoTime();
  private volatile boolean closed;

  private HeartbeatClient(
      InetSocketAddress address,
      RunToken token,
      int rank,
      Connection connection,
      Activity activity,
      Consumer<RunEnd> ended) {
    this.address = address;
    this.token = token;
    this.rank = rank;
    this.rings = new Rings(rank);
    this.socket = connection.socket();
    this.listener = connection.welcome();
    this.activity = activity;
    this.ended = ended;
    this.out = connection.out();
  }

  /**
   * Connects this process to the listener as a rank. Starts the two threads that read messages and
   * send beats.
   *
   * @param listener address that the listener accepts connections at
   * @param rank number of this rank
   * @param activity current activity of this rank, which the beats report
   * @param ended ends the process when the run has ended; does not return. It is called in a thread
   *     of this client.
   * @throws ClusterFailure if the listener cannot be reached or does not accept the token and rank
   */
  public static HeartbeatClient join(
      InetSocketAddress listener,
      RunToken token,
      int rank,
      Activity activity,
      Consumer<RunEnd> ended) {
    Connection connection = Connection.to(listener, token, rank);
    HeartbeatClient client =
        new HeartbeatClient(listener, token, rank, connection, activity, ended);
    client.start(connection.in());
    return client;
  }

  private void start(DataInputStream in) {
    Thread.ofPlatform().name("heartbeat-read").daemon(true).start(() -> read(in));
    Thread beat = Thread.ofPlatform().name("heartbeat").daemon(true).start(this::beat);
    activity.onBegin(() -> LockSupport.unpark(beat));
  }

  /**
   * Opens a further connection to the listener, for the work itself: what it carries is up to the
   * two ends. For rank 0 alone. The caller owns it.
   *
   * @throws ClusterFailure if the listener does not take such a connection
   */
  public Socket connect() {
    return Connection.to(address, token, Connection.WORK).socket();
  }

  private void read(DataInputStream in) {
    StringBuilder received = new StringBuilder();
    try {
      while (!closed) {
        Frame frame = Frame.read(in);
        heard = System.nanoTime();
        switch (frame.kind()) {
          // The user sees the reason once: the launcher shows it or, under a foreign launcher,
          // rank 0.
          case END -> end(rank == 0 ? frame.end() : frame.end().untold());
          case PIECE -> received.append(frame.text());
          case ORDER -> {
            orders.add(Optional.of(received.toString()));
            received.setLength(0);
          }
          case NO_MORE -> orders.add(Optional.empty());
          case RING -> rings.add();
          case INPUT -> input.received(frame.text().getBytes(StandardCharsets.ISO_8859_1));
          case INPUT_END -> input.ended(frame.text());
          case PEERS -> peers.complete(List.of(frame.text().split("\n", -1)));
          default -> {}
        }
      }
    } catch (IOException e) {
      lose("its connection ended");
    }
  }

  private void beat() {
    long last = System.nanoTime();
    while (!closed) {
      LockSupport.parkNanos(Frame.BEAT_MILLIS * 1_000_000L);
      long now = System.nanoTime();
      if (now - last > OVERSLEPT_NANOS) {
        // This process was stopped, so the beats that came meanwhile have not been read yet.
        heard = now;
      }
      last = now;
      send(new Frame(Frame.FrameKind.BEAT, activity.text()));
      if (now - heard > listener.silence().toNanos() && !listenerRunsHere()) {
        lose("no sign of life for " + listener.silence().toMillis() / 1e3 + " s");
      }
    }
  }

  private boolean listenerRunsHere() {
    return LocalProcess.at(socket) && LocalProcess.runs(listener.processId());
  }

  private void lose(String how) {
    RunEnd end =
        new RunEnd(
            HeartbeatServer.LOST,
            "rank " + rank + " has lost what started this run (" + how + "); start it again");
    if (!closed) {
      // If the launcher was only stopped, it resumes later and must be told how its run ended.
      send(Frame.of(Frame.FrameKind.FAILED, end));
    }
    end(end);
  }

  private void end(RunEnd end) {
    if (!closed) {
      ended.accept(end);
    }
  }

  /**
   * Sends this rank's address and waits for the addresses of all ranks.
   *
   * @param address address in the form that the transport uses
   * @param patience longest time to wait
   * @return host and address of each rank, separated by a blank, in the order of ranks
   * @throws ClusterFailure if the addresses do not arrive in time, or the wait is interrupted
   */
  public List<String> introduce(String address, Duration patience) {
    send(new Frame(Frame.FrameKind.ADDRESS, address));
    return await(peers, "all ranks come", patience);
  }

  /**
   * Waits for the next order, without a time limit. A rank that waits is idle and uses no processor
   * time except for its beats. If the listener is lost, the process ends.
   *
   * @return the order; empty if no more orders follow
   * @throws ClusterFailure if the wait is interrupted
   */
  public Optional<String> nextOrder() {
    try {
      return orders.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterFailure(rank, -1, "interrupted before its next order", e);
    }
  }

  @Override
  public void ring() {
    send(Frame.of(Frame.FrameKind.RING));
  }

  @Override
  public boolean await(Duration limit) {
    return rings.await(limit);
  }

  /**
   * Returns standard input of the user's command, for rank 0. It is read as it is needed; a read
   * waits without a time limit, as it does for a terminal. Used by one thread.
   */
  public InputStream input() {
    return input;
  }

  /**
   * Tells the listener that this rank has done its oldest order.
   *
   * @param code exit code of the order
   */
  public void done(int code) {
    send(new Frame(Frame.FrameKind.DONE, String.valueOf(code)));
  }

  private <T> T await(CompletableFuture<T> answer, String what, Duration patience) {
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new ClusterFailure(
          rank, -1, "has not seen " + what + " within " + patience.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterFailure(rank, -1, "interrupted before it has seen " + what, e);
    } catch (ExecutionException e) {
      throw new ClusterFailure(rank, -1, "has not seen " + what, e);
    }
  }

  /** Returns the local address of the connection to the listener. */
  public InetAddress localAddress() {
    return socket.getLocalAddress();
  }

  /**
   * Tells the listener that this rank ends the run. The listener tells all other ranks. Later
   * losses do not end this process.
   *
   * @param end exit code and reason
   */
  public void failed(RunEnd end) {
    closed = true;
    send(Frame.of(Frame.FrameKind.FAILED, end));
  }

  private void send(Frame frame) {
    synchronized (out) {
      try {
        frame.write(out);
      } catch (IOException e) {
        // The reading thread sees the end of the connection and reports it.
      }
    }
  }

  /**
   * Tells the listener that this rank has finished its work, and closes the connection. Later
   * losses do not end this process.
   */
  @Override
  public void close() {
    closed = true;
    send(Frame.of(Frame.FrameKind.LEAVING));
    Connection.closeQuietly(socket);
  }
}
