package kvasir.launch.heartbeat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Listener for the ranks of one run. It sends orders to the ranks, gives each rank the addresses of
 * all, and tells all ranks when one is lost. It owns its port, its connections and its threads
 * until {@link #close}. Thread-safe.
 */
public final class HeartbeatServer implements AutoCloseable {
  /** Exit code after the loss of a rank. */
  public static final int LOST = 3;

  /** Time limit for a complete greeting, in nanoseconds. */
  private static final long PATIENCE_NANOS = 2_000_000_000;

  private static final int SPARE_CONNECTIONS = 64;

  /**
   * Time after the end of a rank's connection in which its launcher may report how the process
   * ended, in nanoseconds.
   */
  private static final long EXPLANATION_NANOS = 400_000_000;

  /**
   * Delay of a wake-up, in nanoseconds, that shows that this process itself was stopped. The
   * silence of the ranks does not count then.
   */
  private static final long OVERSLEPT_NANOS = 1_000_000_000;

  private final ServerSocket server;
  private final Visitors visitors;
  private final RunToken token;
  private final List<Member> members = new ArrayList<>();
  private final WorldSpec spec;
  private final CompletableFuture<Loss> loss = new CompletableFuture<>();
  private volatile boolean closed;
  private boolean introduced;
  private final Orders orders;
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private volatile boolean cancelled;
  private volatile Optional<Consumer<Socket>> work = Optional.empty();
  private volatile InputSender input = new InputSender(InputStream.nullInputStream());

  /**
   * Opens the port and starts to listen.
   *
   * @param address local address to listen on; the system chooses the port
   * @param token secret that a rank must send first
   * @param spec expected ranks and time limits
   * @throws IOException if the port cannot be opened
   */
  public HeartbeatServer(InetAddress address, RunToken token, WorldSpec spec) throws IOException {
    this.token = token;
    this.spec = spec;
    int ranks = spec.hosts().size();
    for (int rank = 0; rank < ranks; rank++) {
      members.add(new Member(rank));
    }
    this.orders = new Orders(members);
    // All ranks may be on one host, and connect at the same time.
    int maxConnections = ranks + SPARE_CONNECTIONS;
    this.visitors = new Visitors(maxConnections, 2 * maxConnections, PATIENCE_NANOS);
    this.server = new ServerSocket();
    server.bind(new InetSocketAddress(address, 0), maxConnections);
    Thread.ofPlatform().name("heartbeat-accept").daemon(true).start(this::receive);
    Thread.ofPlatform().name("heartbeat").daemon(true).start(this::watch);
  }

  /** Returns the port that this server listens on. */
  public int port() {
    return server.getLocalPort();
  }

  /** Returns the loss that ended the run; empty while no rank is lost. */
  public Optional<Loss> loss() {
    return Optional.ofNullable(loss.getNow(null));
  }

  /**
   * Records the process on this machine that is to become a rank, as reported by its launcher.
   *
   * @param process process id
   */
  public void started(int rank, long process) {
    members.get(rank).startedAs(process);
  }

  /**
   * Records that a rank's process has ended, as reported by its launcher. The end counts as a loss
   * if the rank has not finished its work.
   *
   * @param how the way in which it ended, in words for the user
   */
  public void ended(int rank, String how) {
    members.get(rank).explain(how);
  }

  /**
   * Records that a rank's process was killed, or must be killed. This is a loss even if the rank
   * has finished its work.
   *
   * @param how the reason, in words for the user
   */
  public void killed(int rank, String how) {
    members.get(rank).killed(how);
  }

  /** Returns the activity that a rank last reported, in words for the user. */
  public String activity(int rank) {
    return members.get(rank).activity();
  }

  /** Returns whether a rank has connected at any time. */
  public boolean hasCome(int rank) {
    return members.get(rank).state() != Member.State.EXPECTED;
  }

  /** Returns the nanoseconds since a rank finished its work; 0 if it has not finished. */
  public long leftFor(int rank) {
    Member member = members.get(rank);
    return member.state() == Member.State.LEFT ? member.silence() : 0;
  }

  /**
   * Sends an order to every rank. A rank that connects later receives it then. Ranks do orders one
   * after the other.
   *
   * @param rootText order of rank 0
   * @param text order of each other rank
   * @return completed when all ranks have done the order, with the highest exit code of a rank;
   *     {@link #LOST} after a loss
   */
  public CompletableFuture<Integer> order(String rootText, String text) {
    return orders.add(rootText, text);
  }

  /**
   * Announces that no more orders follow. The ranks are told when all of them have done all their
   * orders.
   */
  public void finish() {
    orders.finish();
  }

  /**
   * Offers standard input to rank 0, which asks for it piece by piece if its work reads it. Without
   * an offer the input is empty. Call it before the first order.
   *
   * @param in the input, which is not closed
   */
  public void offerInput(InputStream in) {
    input = new InputSender(in);
  }

  /**
   * Takes the connections that rank 0 opens for the work itself. Without a taker they are closed.
   * Call it before the first order.
   *
   * @param taker uses one connection until its end; called in a virtual thread, after which the
   *     connection is closed
   */
  public void offerWork(Consumer<Socket> taker) {
    work = Optional.of(taker);
  }

  /** Asks the launcher to end all ranks at once. That is not a loss. */
  public void cancel() {
    cancelled = true;
    over.complete(null);
  }

  /** Returns what is completed by the first loss, and by {@link #cancel}. */
  public CompletableFuture<Void> over() {
    return over.copy();
  }

  /** Returns whether the launcher is to end all ranks. */
  public boolean cancelled() {
    return cancelled;
  }

  private void receive() {
    visitors.receive(server, this::serve);
  }

  /** Serves one connection from its first byte to its last. */
  private void serve(Socket socket) {
    Member member = null;
    try (socket) {
      socket.setTcpNoDelay(true);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      member = greet(socket, in);
      while (member != null) {
        take(member, Frame.read(in));
      }
    } catch (IOException e) {
      if (member != null && member.state() == Member.State.PRESENT) {
        member.move(Member.State.GONE);
      }
    }
  }

  /**
   * Reads a greeting. Returns null if the token or the rank's number is wrong, if the greeting took
   * too long, or if the rank has connected before; for a connection that carries the work, at its
   * end.
   */
  private Member greet(Socket socket, DataInputStream in) throws IOException {
    byte[] candidate = in.readNBytes(RunToken.LENGTH);
    if (!token.matches(candidate)) {
      return null;
    }
    int rank = in.readInt();
    long process = in.readLong();
    Frame welcome =
        new Frame(
            Frame.FrameKind.WELCOME,
            spec.silence().toMillis() + " " + ProcessHandle.current().pid());
    boolean open = visitors.remove(socket);
    if (open && rank == Connection.WORK && work.isPresent()) {
      welcome.write(new DataOutputStream(socket.getOutputStream()));
      work.get().accept(socket);
      return null;
    }
    if (!open
        || rank < 0
        || rank >= members.size()
        || !members.get(rank).join(socket, process, welcome)) {
      return null;
    }
    Member member = members.get(rank);
    orders.deliver(member);
    tellLoss(member);
    return member;
  }

  private void take(Member member, Frame frame) throws IOException {
    member.heard(frame.kind() == Frame.FrameKind.BEAT ? frame.text() : "");
    switch (frame.kind()) {
      case BEAT -> {}
      case ADDRESS -> {
        member.reachedAt(frame.text());
        introduce();
      }
      case FAILED -> {
        RunEnd end = frame.end();
        lose(new Loss(member.rank(), member.processId(), false, end));
      }
      case DONE -> orders.done(member.rank(), frame.code());
      case WANT -> input.send(member);
      case RING -> ring(member);
      case LEAVING -> member.move(Member.State.LEFT);
      default -> throw new IOException("no message for a listener: " + frame.kind());
    }
  }

  private void ring(Member by) {
    Frame ring = Frame.of(Frame.FrameKind.RING);
    members.stream().filter(member -> member != by).forEach(member -> member.send(ring));
  }

  private synchronized void introduce() {
    List<String> peers = members.stream().map(Member::address).toList();
    if (!introduced && !peers.contains("")) {
      introduced = true;
      Frame frame = new Frame(Frame.FrameKind.PEERS, String.join("\n", peers));
      members.forEach(member -> member.send(frame));
    }
  }

  private void watch() {
    Frame beat = Frame.of(Frame.FrameKind.BEAT);
    long last = System.nanoTime();
    while (!closed) {
      LockSupport.parkNanos(Frame.BEAT_MILLIS * 1_000_000L);
      long now = System.nanoTime();
      if (now - last > OVERSLEPT_NANOS) {
        members.forEach(Member::grant);
      }
      last = now;
      for (Member member : members) {
        member.send(beat);
        checkSilence(member);
      }
      checkGone();
    }
  }

  private void checkSilence(Member member) {
    long quiet = member.silence();
    if (member.state() == Member.State.PRESENT && quiet > spec.silence().toNanos()) {
      if (member.runsHere()) {
        member.grant();
        return;
      }
      lose(member, true, "no sign of life for " + spec.silence().toMillis() / 1e3 + " s");
    }
    if (member.state() == Member.State.LEFT && member.standstill() > spec.silence().toNanos()) {
      lose(member, true, "its process was stopped after its work");
    }
    if (member.state() == Member.State.EXPECTED) {
      if (!member.explanation().isEmpty()) {
        lose(member, false, member.explanation());
      } else if (member.standstill() > spec.silence().toNanos()) {
        lose(member, true, "its process was stopped before it came");
      } else if (quiet > spec.limit().toNanos()) {
        lose(member, true, "it has not come within " + spec.limit().toSeconds() + " s");
      }
    }
  }

  /**
   * Ends the run if a connection has ended without a message. The loss is that of the connection
   * that ended first, since others may fail because of it.
   */
  private void checkGone() {
    members.stream()
        .filter(member -> member.state() == Member.State.GONE)
        .max(Comparator.comparingLong(Member::silence))
        .ifPresent(
            member -> {
              if (!member.explanation().isEmpty()) {
                lose(member, false, member.explanation());
              } else if (member.silence() > EXPLANATION_NANOS) {
                lose(member, false, "its connection ended without a word");
              }
            });
  }

  private void lose(Member member, boolean silent, String how) {
    String reason =
        spec.name(member.rank())
            + " was lost ("
            + how
            + ") while "
            + member.activity()
            + "; "
            + spec.afterLoss();
    lose(new Loss(member.rank(), member.processId(), silent, new RunEnd(LOST, reason)));
  }

  // Rank 0 is told last, and the loss is published after that: either may end this process.
  private synchronized void lose(Loss first) {
    if (!closed && !loss.isDone()) {
      members.reversed().stream()
          .filter(member -> member.rank() != first.rank())
          .forEach(member -> member.send(Frame.of(Frame.FrameKind.END, first.end())));
      orders.lost();
      loss.complete(first);
      over.complete(null);
    }
  }

  private synchronized void tellLoss(Member late) {
    loss().ifPresent(known -> late.send(Frame.of(Frame.FrameKind.END, known.end())));
  }

  @Override
  public void close() {
    closed = true;
    try {
      server.close();
    } catch (IOException e) {
      // The port is given back when the process ends.
    }
    visitors.close();
    orders.lost();
    members.forEach(Member::close);
  }
}
