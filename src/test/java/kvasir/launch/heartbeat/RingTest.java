package kvasir.launch.heartbeat;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import kvasir.measure.Activity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rings over the side channel: each other rank hears each of them once. */
class RingTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final Duration LONG = Duration.ofMinutes(1);

  private final RunToken token = RunToken.random();
  private final List<HeartbeatClient> ranks = new ArrayList<>();
  private HeartbeatServer server;

  private void join(int count) throws IOException {
    List<String> hosts = Collections.nCopies(count, "n");
    server =
        new HeartbeatServer(LOOPBACK, token, new WorldSpec(hosts, List.of(), LONG, LONG, "end"));
    InetSocketAddress address = new InetSocketAddress(LOOPBACK, server.port());
    for (int rank = 0; rank < count; rank++) {
      ranks.add(HeartbeatClient.join(address, token, rank, new Activity(), end -> {}));
    }
  }

  @AfterEach
  void close() {
    ranks.forEach(HeartbeatClient::close);
    server.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void eachOtherRankHearsEachRing(int count) throws IOException {
    join(count);
    int ringer = count / 2;
    ranks.get(ringer).ring();
    ranks.get(ringer).ring();
    for (int rank = 0; rank < count; rank++) {
      HeartbeatClient client = ranks.get(rank);
      if (rank != ringer) {
        assertTrue(client.await(LONG));
        assertTrue(client.await(LONG));
      }
      assertFalse(client.await(Duration.ofMillis(50)), "rank " + rank);
    }
  }
}
