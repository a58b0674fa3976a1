package kvasir.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import kvasir.cluster.Communicator;
import kvasir.cluster.mpj.RankLauncher;
import kvasir.error.UserError;
import kvasir.team.Binding;
import kvasir.team.CpuAffinity;

/**
 * Which of its host's ranks this one is, as its launcher says; a launcher that does not say has all
 * ranks on one host.
 *
 * @param rank among those of the host
 * @param ranks on the host
 */
record LocalRank(int rank, int ranks) {
  /** Variables of launchers: the rank on its host, and how many there are. */
  private static final List<Map.Entry<String, String>> VARIABLES =
      List.of(
          Map.entry(RankLauncher.LOCAL_RANK, RankLauncher.LOCAL_RANKS),
          Map.entry("OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE"),
          Map.entry("MPI_LOCALRANKID", "MPI_LOCALNRANKS"),
          Map.entry("SLURM_LOCALID", "SLURM_TASKS_PER_NODE"));

  private static final Path NODES = Path.of("/sys/devices/system/node");

  static LocalRank of(Communicator world) {
    for (Map.Entry<String, String> names : VARIABLES) {
      String rank = System.getenv(names.getKey());
      String ranks = System.getenv(names.getValue());
      // Slurm writes 4(x2),3 for nodes of different numbers; the first is the largest.
      String count = ranks == null ? "" : ranks.replaceFirst("[(,].*", "");
      if (rank != null && rank.matches("\\d{1,6}") && count.matches("\\d{1,6}")) {
        int own = Integer.parseInt(rank);
        return new LocalRank(own, Math.max(own + 1, Integer.parseInt(count)));
      }
    }
    return new LocalRank(world.rank(), world.size());
  }

  /** Decides where this rank's threads run, and binds the calling one to all of that. */
  Binding bind(CommonOptions options, int worldSize) {
    if (options.bind == BindTo.NONE) {
      return Binding.NONE;
    }
    if (!CpuAffinity.supported()) {
      throw new UserError("--bind", "this system cannot bind threads", "leave it out");
    }
    int threads = options.threadsOf(worldSize);
    BitSet allowed = CpuAffinity.get();
    Binding binding =
        options.bind == BindTo.CORE
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

  /** What this thread is bound to now, in words. */
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
