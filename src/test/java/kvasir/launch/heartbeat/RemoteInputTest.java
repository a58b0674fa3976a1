package kvasir.launch.heartbeat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import kvasir.measure.Activity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Standard input of the user's command, as rank 0 reads it (B50, B51). */
@Timeout(60)
class RemoteInputTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final Duration LONG = Duration.ofSeconds(30);

  private final RunToken token = RunToken.random();
  private HeartbeatServer server;

  @BeforeEach
  void listen() throws IOException {
    server =
        new HeartbeatServer(
            LOOPBACK, token, new WorldSpec(List.of("n"), List.of(), LONG, LONG, "start it again"));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private HeartbeatClient join() {
    InetSocketAddress address = new InetSocketAddress(LOOPBACK, server.port());
    return HeartbeatClient.join(address, token, 0, new Activity(), end -> {});
  }

  @Test
  @SuppressWarnings("try") // The input ends before it is read to its end.
  void bytesArriveAsTheyAreAskedFor() throws Exception {
    byte[] all = new byte[200_000];
    new Random(1).nextBytes(all);
    try (PipedOutputStream user = new PipedOutputStream();
        PipedInputStream in = new PipedInputStream(user, 2 * all.length);
        HeartbeatClient rank = join()) {
      server.offerInput(in);
      user.write(all, 0, 10);
      Thread.sleep(100);
      assertEquals(10, in.available(), "bytes that nobody has asked for");
      assertArrayEquals(Arrays.copyOf(all, 10), rank.input().readNBytes(10));
      user.write(all, 10, all.length - 10);
      user.close();
      assertArrayEquals(Arrays.copyOfRange(all, 10, all.length), rank.input().readAllBytes());
      assertEquals(-1, rank.input().read());
    }
  }

  @Test
  void withoutAnOfferItIsEmpty() throws IOException {
    try (HeartbeatClient rank = join()) {
      assertEquals(-1, rank.input().read());
      assertEquals(-1, rank.input().read());
    }
  }

  @Test
  void anInputThatCannotBeReadIsAnErrorOfRankZero() throws IOException {
    InputStream closed = InputStream.nullInputStream();
    closed.close();
    server.offerInput(closed);
    try (HeartbeatClient rank = join()) {
      InputStream input = rank.input();
      assertEquals("Stream closed", assertThrows(IOException.class, input::read).getMessage());
      assertThrows(IOException.class, input::read);
    }
  }
}
