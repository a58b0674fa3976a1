package kvasir.lab.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kvasir.measure.MachineLoad;
import kvasir.team.Binding;
import kvasir.team.CpuAffinity;
import kvasir.team.Team;

/** Finds the host, the processors and the memory nodes of a rank. */
final class Placement {
  private static final Path HOST = Path.of("/proc/sys/kernel/hostname");
  private static final Path PAGES = Path.of("/proc/self/numa_maps");
  private static final Pattern NODE = Pattern.compile(" N(\\d+)=(\\d+)");

  private Placement() {}

  /** Returns the place of this process's rank. */
  static RankPlace of(int rank, Team team) {
    return new RankPlace(rank, host(), MachineLoad.machine(), processors(team), numa());
  }

  private static String host() {
    try {
      return Files.readString(HOST).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }

  /**
   * Returns the processors that each member of the team may run on, as a single text if they are
   * the same for all.
   */
  private static String processors(Team team) {
    String[] members = new String[team.size()];
    team.run((member, size) -> members[member] = Binding.text(CpuAffinity.get()));
    return Arrays.stream(members).distinct().collect(Collectors.joining(" | "));
  }

  private static String numa() {
    if (!Files.isReadable(PAGES)) {
      return "";
    }
    Map<Integer, Long> pages = new TreeMap<>();
    try (Stream<String> lines = Files.lines(PAGES)) {
      lines.forEach(
          line -> {
            for (Matcher node = NODE.matcher(line); node.find(); ) {
              pages.merge(Integer.valueOf(node.group(1)), Long.valueOf(node.group(2)), Long::sum);
            }
          });
    } catch (IOException e) {
      return "";
    }
    return pages.entrySet().stream()
        .map(e -> "N" + e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining(" "));
  }
}
