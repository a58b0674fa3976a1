package kvasir.launch;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Scanner;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.cluster.LengthContract;
import kvasir.cluster.mpj.MpjCommunicator;
import kvasir.launch.heartbeat.HeartbeatClient;
import kvasir.launch.heartbeat.RunEnd;
import kvasir.launch.heartbeat.RunToken;
import kvasir.measure.Activity;

/** A rank of its own process that exchanges messages of many sizes with all others. */
final class MpjExchange {
  private static final int[] SIZES = {1, 3, 1000, 32_768, 32_769, 1_000_000, (16 << 20) + 5};

  private MpjExchange() {}

  public static void main(String[] args) throws IOException {
    int rank = Integer.parseInt(System.getenv(RankLauncher.RANK));
    int ranks = Integer.parseInt(System.getenv(RankLauncher.RANKS));
    if (args.length > 0 && args[0].equals("fail") && rank == ranks - 1) {
      System.err.println("kvasir: error: this rank fails at start");
      Runtime.getRuntime().halt(7);
    }
    HeartbeatClient line = line(rank);
    MpjCommunicator world = join(line, rank, ranks);
    if (args.length > 0 && args[0].equals("silent")) {
      if (rank == 0) {
        world.limit(Duration.ofSeconds(1));
        world.receive(MemorySegment.ofArray(new float[1]), 1);
      }
      pause();
    }
    if (args.length > 0 && args[0].equals("lengths")) {
      System.err.println(LengthContract.refusal(world));
      LengthContract.awaitOthers(Path.of(args[1]), rank);
      Runtime.getRuntime().halt(3);
    }
    for (int size : SIZES) {
      exchange(world, size);
    }
    world.close();
    line.close();
    System.exit(0);
  }

  private static MpjCommunicator join(HeartbeatClient line, int rank, int ranks) {
    Duration limit = Duration.ofMinutes(1);
    try (Introduction introduction = new Introduction(line, rank, limit)) {
      return MpjCommunicator.init(
          line.localAddress(),
          rank,
          introduction.configuration(ranks),
          limit,
          (what, after) -> end(new RunEnd(3, "waited too long " + what)));
    }
  }

  private static HeartbeatClient line(int rank) {
    String[] listener = System.getenv(HeartbeatClient.LISTENER).split(":", -1);
    String token = new Scanner(System.in, StandardCharsets.US_ASCII).nextLine();
    return HeartbeatClient.join(
        new InetSocketAddress(listener[0], Integer.parseInt(listener[1])),
        RunToken.of(token),
        rank,
        new Activity(),
        MpjExchange::end);
  }

  private static void end(RunEnd end) {
    System.err.println("kvasir: error: " + end.reason());
    Runtime.getRuntime().halt(end.code());
  }

  private static void pause() {
    try {
      Thread.sleep(30_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static void exchange(Communicator world, int size) {
    float[] data = new float[size];
    int right = (world.rank() + 1) % world.size();
    int left = (world.rank() + world.size() - 1) % world.size();
    java.util.Arrays.fill(data, world.rank() + 0.5f);
    data[size - 1] = -world.rank();
    float[] got = new float[size];
    world.exchange(
        List.of(new Communicator.Message(right, MemorySegment.ofArray(data))),
        List.of(new Communicator.Message(left, MemorySegment.ofArray(got))));
    check(got[size - 1] == -left && (size == 1 || got[0] == left + 0.5f), "ring " + size);
    MemorySegment part = MemorySegment.ofArray(data).asSlice(0, 4L * Math.min(size, 100_000));
    Collectives.broadcast(world, part, world.size() - 1);
    check(size == 1 || data[0] == world.size() - 0.5f, "broadcast " + size);
    long[] ranks = Collectives.gather(world, new long[] {world.rank()});
    check(world.rank() != 0 || ranks[world.size() - 1] == world.size() - 1, "gather");
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      System.err.println("kvasir: error: wrong data: " + what);
      Runtime.getRuntime().halt(1);
    }
  }
}
