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
 * Number of a rank among the ranks that share its host's processors.
 *
 * @param rank number among the ranks of the host, from 0
 * @param ranks number of ranks on the host
 */
record LocalRank(int rank, int ranks) {
  /** Place of a process that shares its host with no other rank: the user's own. */
  static final LocalRank ALONE = new LocalRank(0, 1);

  private static final int HOST_BYTES = 256;

  private static final Path NODES = Path.of("/sys/devices/system/node");

  /**
   * Reads the place from the variables of Kvasir's own launcher, which knows hosts by the names
   * that the user gave.
   */
  static LocalRank ofLauncher(Map<String, String> environment) {
    return new LocalRank(
        Integer.parseInt(environment.get(RankLauncher.LOCAL_RANK)),
        Integer.parseInt(environment.get(RankLauncher.LOCAL_RANKS)));
  }

  /**
   * Determines the place by asking the other ranks for their hosts; every rank of the world must
   * call it. Variables of a foreign launcher are not used, since they may be inherited from a
   * shell.
   */
  static LocalRank among(Communicator world) {
    String own = MachineLoad.machine() + " " + MachineFacts.hostName();
    List<String> hosts = Collectives.allGather(world, own, HOST_BYTES);
    return of(world.rank(), hosts);
  }

  /**
   * Returns the place of a rank.
   *
   * @param hosts host of each rank; the same host has the same name
   */
  static LocalRank of(int rank, List<String> hosts) {
    String host = hosts.get(rank);
    return new LocalRank(
        Collections.frequency(hosts.subList(0, rank), host), Collections.frequency(hosts, host));
  }

  /**
   * Chooses the processors of this rank's threads, and binds the calling thread to all of them.
   *
   * @throws UserError if the system cannot bind threads or refuses the processors
   */
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
      // There is no such folder on a machine with one NUMA node, as most small machines are.
    }
    nodes.sort((a, b) -> Integer.compare(a.nextSetBit(0), b.nextSetBit(0)));
    return nodes.isEmpty() ? List.of(allowed) : nodes;
  }
}
