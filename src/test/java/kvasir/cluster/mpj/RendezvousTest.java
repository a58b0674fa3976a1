package kvasir.cluster.mpj;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import kvasir.error.ClusterFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RendezvousTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private static CompletableFuture<String> guest(int port, int rank) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (Socket socket = new Socket(LOOPBACK, port)) {
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeUTF("Sending Info");
            out.writeInt(100 + rank);
            out.writeInt(200 + rank);
            out.writeInt(rank);
            return new DataInputStream(socket.getInputStream()).readUTF();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        },
        // One thread each: guests wait for one another.
        guest -> Thread.ofPlatform().daemon(true).start(guest));
  }

  @Test
  void everyRankLearnsAllPeersInOrder() throws IOException {
    try (Rendezvous rendezvous = new Rendezvous(LOOPBACK, 2)) {
      CompletableFuture<String> second = guest(rendezvous.port(), 1);
      CompletableFuture<String> first = guest(rendezvous.port(), 0);
      rendezvous.introduce(Duration.ofSeconds(10));
      String expected = "#Peer Information;127.0.0.1@200@100@0@0;127.0.0.1@201@101@1@0";
      assertEquals(expected, first.join());
      assertEquals(expected, second.join());
    }
  }

  @Test
  void strangersAreNotCounted() throws IOException {
    try (Rendezvous rendezvous = new Rendezvous(LOOPBACK, 1)) {
      try (Socket stranger = new Socket(LOOPBACK, rendezvous.port())) {
        stranger
            .getOutputStream()
            .write(
                "GET / HTTP/1.0\r\n\r\n"
                    .repeat(20)
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        stranger.shutdownOutput();
        CompletableFuture<String> outside = guest(rendezvous.port(), 7);
        CompletableFuture<String> rank = guest(rendezvous.port(), 0);
        rendezvous.introduce(Duration.ofSeconds(10));
        assertTrue(rank.join().startsWith("#Peer Information;"));
        assertFalse(outside.isDone() && !outside.isCompletedExceptionally(), "rank 7 of 1");
      }
    }
  }

  @Test
  void whoDoesNotComeIsNotWaitedForForEver() throws IOException {
    try (Rendezvous rendezvous = new Rendezvous(LOOPBACK, 1)) {
      assertThrows(ClusterFailure.class, () -> rendezvous.introduce(Duration.ofMillis(200)));
    }
  }
}
