package kvasir.launch;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.error.ClusterFailure;
import kvasir.launch.heartbeat.HeartbeatClient;
import kvasir.launch.heartbeat.HeartbeatServer;
import kvasir.launch.heartbeat.RunEnd;
import kvasir.launch.heartbeat.RunToken;
import kvasir.launch.heartbeat.WorldSpec;
import kvasir.measure.Activity;

/**
 * Side channel of a world that a foreign launcher started: {@code mpirun}, {@code srun} or MPJ's
 * {@code mpjrun}. Rank 0 listens, and broadcasts its address and token by a message of the world
 * itself.
 */
final class SelfHosted {
  private static final int NAME_BYTES = 256;
  private static final int WHERE_BYTES = 512;
  private static final long POLL_NANOS = 20_000_000;

  private SelfHosted() {}

  /**
   * Joins the side channel of this world. Every rank must call it, since it exchanges messages.
   *
   * @param world all ranks
   * @param silence longest time for which a rank may give no sign of life
   * @param activity current activity of this rank, which the beats report
   * @param ended ends the process when the run has ended; does not return
   * @throws ClusterFailure if rank 0 cannot listen, or a rank cannot reach it
   */
  static HeartbeatClient join(
      Communicator world, Duration silence, Activity activity, Consumer<RunEnd> ended) {
    List<String> names = Collectives.allGather(world, ownName(), NAME_BYTES);
    byte[] contact = new byte[WHERE_BYTES];
    if (world.rank() == 0) {
      byte[] text = listen(names, silence, ended).getBytes(StandardCharsets.UTF_8);
      System.arraycopy(text, 0, contact, 0, text.length);
    }
    Collectives.broadcast(world, MemorySegment.ofArray(contact), 0);
    String[] words = new String(contact, StandardCharsets.UTF_8).replace("\0", "").split(" ", -1);
    HeartbeatClient client =
        HeartbeatClient.join(
            new InetSocketAddress(words[0], Integer.parseInt(words[1])),
            RunToken.of(words[2]),
            world.rank(),
            activity,
            ended);
    client.nextOrder();
    return client;
  }

  /** Starts to listen on rank 0. Returns address, port and token, separated by blanks. */
  private static String listen(List<String> names, Duration silence, Consumer<RunEnd> ended) {
    RunToken token = RunToken.random();
    try {
      InetAddress address = address(names);
      HeartbeatServer server =
          new HeartbeatServer(
              address,
              token,
              new WorldSpec(
                  names,
                  List.of(),
                  silence,
                  silence.multipliedBy(4),
                  "the run has ended, start it again"));
      // Each rank knows its work from its command line. This empty order tells when all have done
      // it.
      CompletableFuture<Integer> unused = server.order("", "");
      server.finish();
      Thread.ofPlatform().name("heartbeat-end").daemon(true).start(() -> await(server, ended));
      return address.getHostAddress() + " " + server.port() + " " + token.text();
    } catch (IOException e) {
      throw new ClusterFailure(0, -1, "cannot listen for the other ranks: " + e.getMessage(), e);
    }
  }

  // Rank 0 is also a client of itself and may be told first. The message is the same in both
  // cases.
  private static void await(HeartbeatServer server, Consumer<RunEnd> ended) {
    while (server.loss().isEmpty()) {
      LockSupport.parkNanos(POLL_NANOS);
    }
    ended.accept(server.loss().get().end());
  }

  /**
   * Returns the loopback address if all ranks are on one host, otherwise the local address on the
   * route to the first other host.
   */
  private static InetAddress address(List<String> names) throws IOException {
    List<String> others =
        names.stream().filter(name -> !name.equals(names.getFirst())).distinct().toList();
    return others.isEmpty() ? InetAddress.getLoopbackAddress() : HostRoute.towards(others.get(0));
  }

  private static String ownName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
