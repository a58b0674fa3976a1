package kvasir.launch.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import kvasir.error.ClusterFailure;
import kvasir.measure.Activity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HeartbeatTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final Duration LONG = Duration.ofSeconds(30);

  /**
   * An order of several messages, in which a cut after an even number of characters splits a pair.
   */
  private static final String ORDER = "x" + "\ud83d\ude42".repeat(1 << 18);

  private final RunToken token = RunToken.random();
  private HeartbeatServer server;

  private void listen(int ranks, Duration silence, Duration start) throws IOException {
    server =
        new HeartbeatServer(
            LOOPBACK,
            token,
            new WorldSpec(
                Collections.nCopies(ranks, "n"),
                List.of(),
                silence,
                start,
                "the run has ended, start it again"));
  }

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
  }

  private InetSocketAddress address() {
    return new InetSocketAddress(LOOPBACK, server.port());
  }

  private HeartbeatClient join(int rank, BlockingQueue<RunEnd> ends) {
    return HeartbeatClient.join(address(), token, rank, new Activity(), ends::add);
  }

  /** Waits for the loss, which the listener publishes after it has told all other ranks. */
  private Loss loss() throws InterruptedException {
    while (server.loss().isEmpty()) {
      Thread.sleep(5);
    }
    return server.loss().orElseThrow();
  }

  private static RunEnd next(BlockingQueue<RunEnd> ends) throws InterruptedException {
    RunEnd end = ends.poll(20, TimeUnit.SECONDS);
    assertTrue(end != null, "nobody was told of the end");
    return end;
  }

  /** Opens a connection that greets as a rank and then does nothing by itself. */
  private Socket rawRank(int rank, String secret) throws IOException {
    return rawRank(rank, secret, 1);
  }

  private Socket rawRank(int rank, String secret, long process) throws IOException {
    Socket socket = new Socket(LOOPBACK, server.port());
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    out.write(secret.getBytes(StandardCharsets.US_ASCII));
    out.writeInt(rank);
    out.writeLong(process);
    out.flush();
    return socket;
  }

  @Test
  void ranksLearnEachOthersAddressesInOrder() throws IOException {
    listen(3, LONG, LONG);
    BlockingQueue<RunEnd> ends = new LinkedBlockingQueue<>();
    List<CompletableFuture<List<String>>> answers =
        List.of(2, 0, 1).stream()
            .map(
                rank ->
                    CompletableFuture.supplyAsync(
                        () -> join(rank, ends).introduce("port" + rank, LONG),
                        // One thread each: ranks wait for one another.
                        task -> Thread.ofPlatform().daemon(true).start(task)))
            .toList();
    List<String> expected = List.of("127.0.0.1 port0", "127.0.0.1 port1", "127.0.0.1 port2");
    answers.forEach(answer -> assertEquals(expected, answer.join()));
    assertTrue(ends.isEmpty(), ends.toString());
  }

  @Test
  void everyRankGetsAllOrdersWhateverTheirLengthAndWheneverItComes() throws Exception { // C12
    listen(2, LONG, LONG);
    BlockingQueue<RunEnd> ends = new LinkedBlockingQueue<>();
    HeartbeatClient early = join(0, ends);
    CompletableFuture<Integer> first = server.order("root", ORDER);
    CompletableFuture<Integer> second = server.order(ORDER, "");
    HeartbeatClient late = join(1, ends);
    assertEquals(Optional.of("root"), early.nextOrder());
    assertEquals(Optional.of(ORDER), early.nextOrder());
    assertEquals(Optional.of(ORDER), late.nextOrder());
    assertEquals(Optional.of(""), late.nextOrder());
    early.done(0);
    early.done(1);
    late.done(0);
    assertEquals(0, first.get(20, TimeUnit.SECONDS));
    assertFalse(second.isDone());
    late.done(0);
    assertEquals(1, second.get(20, TimeUnit.SECONDS));
    server.finish();
    assertEquals(Optional.empty(), early.nextOrder());
    assertEquals(Optional.empty(), late.nextOrder());
    assertTrue(ends.isEmpty(), ends.toString());
  }

  @Test
  void anOrderOfALostWorldEndsWithItsLoss() throws Exception {
    listen(2, LONG, LONG);
    BlockingQueue<RunEnd> ends = new LinkedBlockingQueue<>();
    join(0, ends);
    CompletableFuture<Integer> order = server.order("a", "b");
    join(1, ends).failed(new RunEnd(2, "no such file"));
    assertEquals(HeartbeatServer.LOST, order.get(20, TimeUnit.SECONDS));
  }

  @Test
  void aFailureIsToldToAllOthersAndInItsOwnWordsToRank0() throws Exception {
    listen(3, LONG, LONG);
    BlockingQueue<RunEnd> ends = new LinkedBlockingQueue<>();
    BlockingQueue<RunEnd> quiet = new LinkedBlockingQueue<>();
    BlockingQueue<RunEnd> own = new LinkedBlockingQueue<>();
    join(0, ends);
    join(2, quiet);
    RunEnd reason = new RunEnd(2, "model: no such\nfile");
    join(1, own).failed(reason);
    assertEquals(new RunEnd(2, "model: no such file"), next(ends));
    assertEquals(new RunEnd(2, ""), next(quiet));
    assertEquals(1, loss().rank());
    assertTrue(own.isEmpty());
  }

  @Test
  void aConnectionThatEndsIsALostRank() throws Exception {
    listen(2, LONG, LONG);
    BlockingQueue<RunEnd> ends = new LinkedBlockingQueue<>();
    join(0, ends);
    rawRank(1, token.text()).close();
    RunEnd end = next(ends);
    assertEquals(3, end.code());
    assertTrue(end.reason().startsWith("rank 1 on n was lost (its connection ended"), end.reason());
  }

  @Test
  void itsLauncherKnowsMoreThanTheConnection() throws Exception {
    listen(2, LONG, LONG);
    BlockingQueue<RunEnd> ends = new LinkedBlockingQueue<>();
    join(0, ends);
    try (Socket rank = rawRank(1, token.text())) {
      assertEquals(1, rank.getInputStream().read(), "welcome");
      server.ended(1, "killed by signal 9");
    }
    assertTrue(next(ends).reason().contains("(killed by signal 9) while starting"));
  }

  @Test
  void aRankThatNeverComesIsNamed() throws Exception {
    listen(2, LONG, Duration.ofSeconds(1));
    BlockingQueue<RunEnd> ends = new LinkedBlockingQueue<>();
    join(0, ends);
    assertTrue(next(ends).reason().contains("rank 1 on n was lost (it has not come within 1 s)"));
  }

  @Test
  void aRankThatSaysNothingAndDoesNotRunIsLost() throws Exception {
    listen(2, Duration.ofSeconds(1), LONG);
    BlockingQueue<RunEnd> ends = new LinkedBlockingQueue<>();
    join(0, ends);
    Process stopped = new ProcessBuilder("sleep", "60").start();
    new ProcessBuilder("kill", "-STOP", String.valueOf(stopped.pid())).start().waitFor();
    try (Socket silent = rawRank(1, token.text(), stopped.pid())) {
      assertTrue(next(ends).reason().contains("no sign of life for 1.0 s"));
      assertTrue(loss().silent());
      assertFalse(silent.isClosed());
    } finally {
      stopped.destroyForcibly();
    }
  }

  @Test
  void aRankThatIsSilentBecauseItsMachineIsBusyIsNotLost() throws Exception {
    listen(1, Duration.ofSeconds(1), LONG);
    try (Socket silent = rawRank(0, token.text(), ProcessHandle.current().pid())) {
      Thread.sleep(2_500);
      assertTrue(server.loss().isEmpty());
      assertFalse(silent.isClosed());
    }
  }

  @Test
  void whatARankWasDoingIsPartOfTheReason() throws Exception {
    listen(2, LONG, LONG);
    BlockingQueue<RunEnd> ends = new LinkedBlockingQueue<>();
    join(0, ends);
    try (Socket socket = rawRank(1, token.text())) {
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      new Frame(Frame.FrameKind.BEAT, "decoding token 7/9").write(out);
    }
    assertTrue(next(ends).reason().contains("while decoding token 7/9;"));
  }

  @Test
  void aRankWhoseListenerIsGoneEnds() throws Exception {
    listen(1, LONG, LONG);
    BlockingQueue<RunEnd> ends = new LinkedBlockingQueue<>();
    join(0, ends);
    server.close();
    assertTrue(next(ends).reason().contains("rank 0 has lost what started this run"));
  }

  @Test
  void whoLeavesInGoodOrderIsNotLost() throws Exception {
    listen(2, Duration.ofSeconds(1), Duration.ofSeconds(2));
    BlockingQueue<RunEnd> ends = new LinkedBlockingQueue<>();
    HeartbeatClient stays = join(0, ends);
    join(1, ends).close();
    Thread.sleep(2_500);
    assertTrue(server.loss().isEmpty());
    assertTrue(ends.isEmpty());
    stays.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GET / HTTP/1.0\r\n\r\n", "wrong"})
  void strangersAreShownOutAndNothingTheySayIsRead(String words) throws Exception {
    listen(1, LONG, LONG);
    String secret = words.equals("wrong") ? RunToken.random().text() : words;
    try (Socket stranger = new Socket(LOOPBACK, server.port())) {
      stranger.getOutputStream().write(secret.getBytes(StandardCharsets.US_ASCII));
      new Frame(Frame.FrameKind.FAILED, "0 bad")
          .write(new DataOutputStream(stranger.getOutputStream()));
      stranger.shutdownOutput();
      assertEquals(-1, new DataInputStream(stranger.getInputStream()).read());
    } catch (SocketException e) {
      // Shown out before all was said.
    }
    assertTrue(server.loss().isEmpty());
    HeartbeatClient rank = join(0, new LinkedBlockingQueue<>());
    assertEquals(List.of("127.0.0.1 a"), rank.introduce("a", LONG));
  }

  @Test
  void aRankComesOnceAndIsOneOfTheWorlds() throws Exception {
    listen(2, LONG, LONG);
    join(0, new LinkedBlockingQueue<>());
    for (int rank : new int[] {0, 2, -1}) {
      assertThrows(ClusterFailure.class, () -> join(rank, new LinkedBlockingQueue<>()));
    }
    assertTrue(server.loss().isEmpty());
  }

  @Test
  void noiseFromARankIsItsEndAlone() throws Exception {
    listen(2, LONG, LONG);
    BlockingQueue<RunEnd> ends = new LinkedBlockingQueue<>();
    join(0, ends);
    try (Socket rank = rawRank(1, token.text())) {
      rank.getOutputStream().write(new byte[] {99, 127, 127, 127, 127});
      assertTrue(next(ends).reason().startsWith("rank 1 on n was lost"));
    }
  }

  @Test
  void aTokenIsNeverPrinted() {
    assertFalse((token + "").contains(token.text()));
    assertThrows(IllegalArgumentException.class, () -> RunToken.of("abc"));
  }

  /**
   * Checks the limit of a whole greeting: each byte comes in time, so a limit on reads does not
   * pass.
   */
  @Test
  void whoGreetsByteByByteIsShownOut() throws Exception {
    listen(1, LONG, LONG);
    try (Socket slow = new Socket(LOOPBACK, server.port())) {
      slow.setSoTimeout(1);
      int words = 0;
      while (!ended(slow)) {
        slow.getOutputStream().write(token.text().charAt(words++));
        Thread.sleep(200);
      }
      assertTrue(words < RunToken.LENGTH, "it said the whole token");
    } catch (SocketException e) {
      // Shown out while it spoke.
    }
    assertTrue(server.loss().isEmpty());
  }

  private static boolean ended(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  @Test
  void aCrowdOfStrangersIsBoundedAndKeepsNoRankOut() throws Exception {
    listen(2, LONG, LONG);
    int most = 2 + 64;
    List<Socket> crowd = new ArrayList<>();
    try {
      for (int i = 0; i < 3 * most; i++) {
        crowd.add(new Socket(LOOPBACK, server.port()));
      }
      BlockingQueue<RunEnd> ends = new LinkedBlockingQueue<>();
      HeartbeatClient first = join(0, ends);
      CompletableFuture<List<String>> other =
          CompletableFuture.supplyAsync(() -> join(1, ends).introduce("b", LONG));
      assertEquals(List.of("127.0.0.1 a", "127.0.0.1 b"), first.introduce("a", LONG));
      other.join();
      assertTrue(ends.isEmpty(), ends.toString());
      for (Socket stranger : crowd.subList(0, 2 * most - 2)) {
        assertEquals(-1, stranger.getInputStream().read(), "it was there too long");
      }
    } finally {
      for (Socket stranger : crowd) {
        stranger.close();
      }
    }
  }

  @Test
  void theOldestOfTheBusiestAddressMakesRoom() throws Exception {
    InetAddress other = InetAddress.getByName("127.0.0.2");
    List<Socket> sockets = new ArrayList<>();
    List<Socket> came = new ArrayList<>();
    try (ServerSocket door = new ServerSocket(0, 50, LOOPBACK);
        Visitors visitors = new Visitors(3, 4, 1L << 60)) {
      for (int i = 0; i < 6; i++) {
        InetAddress from = i == 0 || i == 5 ? other : LOOPBACK;
        sockets.add(new Socket(LOOPBACK, door.getLocalPort(), from, 0));
        came.add(door.accept());
        visitors.add(came.get(i));
      }
      assertEquals(
          List.of(false, true, true, false, false, false),
          came.stream().map(Socket::isClosed).toList());
      assertFalse(visitors.remove(came.get(1)));
      assertTrue(visitors.remove(came.get(0)));
    } finally {
      sockets.addAll(came);
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }
}
