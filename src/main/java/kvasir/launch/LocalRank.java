package kvasir.launch;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.error.UserError;
import kvasir.measure.MachineFacts;
import kvasir.measure.MachineLoad;
import kvasir.team.Binding;
import kvasir.team.CpuAffinity;

/**
 * The place of a rank among those that share its host's processors.
 *
 * @param rank among those of the host
 * @param ranks on the host
 */
record LocalRank(int rank, int ranks) {
  /** The user's own process: it shares its host with no other rank. */
  static final LocalRank ALONE = new LocalRank(0, 1);

  private static final int HOST_BYTES = 256;

  private static final Path NODES = Path.of("/sys/devices/system/node");

  /** The place that Kvasir's own launcher says; it knows hosts by the names that the user gave. */
  static LocalRank ofLauncher(Map<String, String> environment) {
    return new LocalRank(
        Integer.parseInt(environment.get(RankLauncher.LOCAL_RANK)),
        Integer.parseInt(environment.get(RankLauncher.LOCAL_RANKS)));
  }

  /**
   * Asks the other ranks where they run; every rank calls it. Variables of a launcher may be those
   * of a shell around it.
   */
  static LocalRank among(Communicator world) {
    String own = MachineLoad.machine() + " " + MachineFacts.hostName();
    List<String> hosts = Collectives.allGather(world, own, HOST_BYTES);
    return of(world.rank(), hosts);
  }

  /**
   * The place of a rank.
   *
   * @param hosts of all ranks, each by one name
   */
  static LocalRank of(int rank, List<String> hosts) {
    String host = hosts.get(rank);
    return new LocalRank(
        Collections.frequency(hosts.subList(0, rank), host), Collections.frequency(hosts, host));
  }

  /** Decides where this rank's threads run, and binds the calling one to all of that. */
  Binding bind(WorldSettings settings) {
    if (settings.bind() == BindTo.NONE) {
      return Binding.NONE;
    }
    if (!CpuAffinity.supported()) {
      throw new UserError("--bind", "this system cannot bind threads", "leave it out");
    }
    int threads = settings.threadsOf(ranks);
    BitSet allowed = CpuAffinity.get();
    Binding binding =
        settings.bind() == BindTo.CORE
            ? Binding.cores(allowed, ranks, rank, threads)
            : Binding.nodes(nodes(allowed), ranks, rank, threads);
    if (!CpuAffinity.set(binding.whole())) {
      throw new UserError(
          "--bind",
          "the system refused processors " + Binding.text(binding.whole()),
          "choose another binding");
    }
    return binding;
  }

  /** Returns the processors to which this thread is bound, in words. */
  static String achieved() {
    return Binding.text(CpuAffinity.get());
  }

  private static List<BitSet> nodes(BitSet allowed) {
    List<BitSet> nodes = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(NODES, "node[0-9]*")) {
      for (Path folder : folders) {
        BitSet node = Binding.parse(Files.readString(folder.resolve("cpulist")));
        node.and(allowed);
        if (!node.isEmpty()) {
          nodes.add(node);
        }
      }
    } catch (IOException e) {
      // No such folder: one node, as on most small machines.
    }
    nodes.sort((a, b) -> Integer.compare(a.nextSetBit(0), b.nextSetBit(0)));
    return nodes.isEmpty() ? List.of(allowed) : nodes;
  }
}
