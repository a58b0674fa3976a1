package kvasir.launch.heartbeat;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import kvasir.error.ClusterFailure;
import kvasir.measure.Activity;

/**
 * A rank's end of the side channel. Owns its connection and two threads until {@link #close}. Safe
 * for several threads.
 */
public final class HeartbeatClient implements AutoCloseable {
  /** Environment variable by which a launcher says where it listens: {@code host:port}. */
  public static final String LISTENER = "KVASIR_LISTENER";

  /** Environment variable of the token, where standard input does not lead to each rank. */
  public static final String TOKEN = "KVASIR_TOKEN";

  private static final int CONNECT_MILLIS = 10_000;
  private static final int ATTEMPTS = 4;
  private static final long PAUSE_NANOS = 25_000_000;
  private static final long OVERSLEPT_NANOS = 1_000_000_000;

  private final int rank;
  private final Consumer<RunEnd> ended;
  private final Socket socket;
  private final DataOutputStream out;
  private final CompletableFuture<List<String>> peers = new CompletableFuture<>();
  private final CompletableFuture<String> handover = new CompletableFuture<>();
  private volatile Frame.Welcome listener;
  private volatile long heard = System.nanoTime();
  private volatile boolean closed;

  private HeartbeatClient(int rank, Socket socket, Consumer<RunEnd> ended) throws IOException {
    this.rank = rank;
    this.socket = socket;
    this.ended = ended;
    this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
  }

  /**
   * Makes this process known.
   *
   * @param ended ends the process when the run is over; does not return
   */
  public static HeartbeatClient join(
      InetSocketAddress listener, RunToken token, int rank, Consumer<RunEnd> ended) {
    IOException failure = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      // Where strangers crowd the listener it may close a connection before it has heard who it is.
      LockSupport.parkNanos(failure == null ? 0 : PAUSE_NANOS << attempt);
      try {
        return connect(listener, token, rank, ended);
      } catch (IOException e) {
        failure = e;
      }
    }
    throw new ClusterFailure(
        rank,
        -1,
        "cannot reach what started this run at " + listener + ": " + failure.getMessage(),
        failure);
  }

  private static HeartbeatClient connect(
      InetSocketAddress listener, RunToken token, int rank, Consumer<RunEnd> ended)
      throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(listener, CONNECT_MILLIS);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(CONNECT_MILLIS);
      HeartbeatClient client = new HeartbeatClient(rank, socket, ended);
      client.greet(token);
      return client;
    } catch (IOException e) {
      closeQuietly(socket);
      throw e;
    }
  }

  private void greet(RunToken token) throws IOException {
    out.write(token.bytes());
    out.writeInt(rank);
    out.writeLong(ProcessHandle.current().pid());
    out.flush();
    DataInputStream in = new DataInputStream(socket.getInputStream());
    listener = Frame.read(in).welcome();
    socket.setSoTimeout(0);
    Thread.ofPlatform().name("heartbeat-read").daemon(true).start(() -> read(in));
    Thread beat = Thread.ofPlatform().name("heartbeat").daemon(true).start(this::beat);
    Activity.onBegin(() -> LockSupport.unpark(beat));
  }

  private void read(DataInputStream in) {
    StringBuilder told = new StringBuilder();
    takeHandover("", told);
    try {
      while (!closed) {
        Frame frame = Frame.read(in);
        heard = System.nanoTime();
        switch (frame.kind()) {
          // The user hears it once: of the launcher, or of rank 0 where it is not ours.
          case END -> end(rank == 0 ? frame.end() : frame.end().untold());
          case HANDOVER -> takeHandover(frame.text(), told);
          case PEERS -> peers.complete(List.of(frame.text().split("\n", -1)));
          default -> {}
        }
      }
    } catch (IOException e) {
      lose("its connection ended");
    }
  }

  private void takeHandover(String piece, StringBuilder told) {
    told.append(piece);
    if (told.length() == listener.handover()) {
      handover.complete(told.toString());
    }
  }

  private void beat() {
    long last = System.nanoTime();
    while (!closed) {
      LockSupport.parkNanos(Frame.BEAT_MILLIS * 1_000_000L);
      long now = System.nanoTime();
      if (now - last > OVERSLEPT_NANOS) {
        // This process was stopped: what came meanwhile has yet to be read.
        heard = now;
      }
      last = now;
      send(new Frame(Frame.Kind.BEAT, Activity.text()));
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
      // Where that was stopped and comes to life again, it has to know what became of its run.
      send(Frame.of(Frame.Kind.FAILED, end));
    }
    end(end);
  }

  private void end(RunEnd end) {
    if (!closed) {
      ended.accept(end);
    }
  }

  /**
   * Tells where this rank is reached and learns where all are.
   *
   * @param address in the transport's words
   * @return host and address of each rank, separated by a blank
   */
  public List<String> introduce(String address, Duration patience) {
    send(new Frame(Frame.Kind.ADDRESS, address));
    return await(peers, "all ranks come", patience);
  }

  /** Waits for what the listener hands over to every rank. */
  public String handover(Duration patience) {
    return await(handover, "its arguments come", patience);
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

  /** The address of this host on the way to the listener. */
  public InetAddress localAddress() {
    return socket.getLocalAddress();
  }

  /** Tells all others that this rank ends the run, and why. */
  public void failed(RunEnd end) {
    closed = true;
    send(Frame.of(Frame.Kind.FAILED, end));
  }

  private void send(Frame frame) {
    synchronized (out) {
      try {
        frame.write(out);
      } catch (IOException e) {
        // The reader sees the end of the connection and says so.
      }
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is given up anyway.
    }
  }

  /** Leaves in good order: what happens to the run from now on is not this rank's. */
  @Override
  public void close() {
    closed = true;
    send(Frame.of(Frame.Kind.LEAVING));
    closeQuietly(socket);
  }
}
