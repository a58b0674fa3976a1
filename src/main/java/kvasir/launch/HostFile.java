package kvasir.launch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kvasir.error.UserError;
import kvasir.file.PathKind;
import kvasir.file.TextFile;
import kvasir.file.Unreadable;

/**
 * List of hosts with the number of ranks that each takes. It is read from a file of lines {@code
 * host}, {@code host:slots} or {@code host slots=n}; {@code #} begins a comment.
 *
 * @param slots the hosts in the order of the file
 */
public record HostFile(List<Slot> slots) {
  /** A host, and the number of ranks that may be started on it. */
  public record Slot(String host, int ranks) {}

  /** Name that stands for the hosts of the Slurm job. */
  public static final Path SLURM = Path.of("slurm");

  private static final long MOST_BYTES = 1 << 20;

  /**
   * Reads a hostfile; {@link #SLURM} stands for the hosts of the Slurm job that this process runs
   * in.
   *
   * @throws UserError if the file cannot be read or has a wrong line, or if this process is not in
   *     a Slurm job
   */
  public static HostFile read(Path file) {
    if (file.equals(SLURM)) {
      String nodes = System.getenv("SLURM_JOB_NODELIST");
      if (nodes == null) {
        throw new UserError("--hosts slurm", "not in a Slurm job", "use sbatch or salloc");
      }
      return SlurmHosts.parse(nodes, System.getenv("SLURM_TASKS_PER_NODE"));
    }
    String where = "--hosts " + file;
    try {
      return parse(where, text(file, where).lines().toList());
    } catch (IOException e) {
      throw Unreadable.of(where, e);
    }
  }

  private static String text(Path file, String where) throws IOException {
    String remedy = "give a hostfile, see hostfiles/";
    if (PathKind.of(file) != PathKind.OTHER) {
      return TextFile.read(file, where, MOST_BYTES, remedy);
    }
    // A pipe, as the shell's <(...) makes: without a buffer the stream would ask for its position.
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return TextFile.read(in, where, MOST_BYTES, remedy);
    }
  }

  static HostFile parse(String where, List<String> lines) {
    List<Slot> slots = new ArrayList<>();
    for (int number = 1; number <= lines.size(); number++) {
      String line = lines.get(number - 1).replaceFirst("#.*", "").strip();
      if (line.isEmpty()) {
        continue;
      }
      slots.add(new HostLine(where + " line " + number, line).slot());
    }
    if (slots.isEmpty()) {
      throw new UserError(where, "names no host", "write one host a line");
    }
    return new HostFile(List.copyOf(slots));
  }

  /** Returns the number of ranks for which the hosts have slots. */
  public int size() {
    return slots.stream().mapToInt(Slot::ranks).sum();
  }

  /**
   * Returns the host of each rank. The slots are filled in order.
   *
   * @throws UserError if there are fewer slots than ranks
   */
  public List<String> place(int ranks) {
    List<String> hosts = new ArrayList<>();
    for (Slot slot : slots) {
      for (int i = 0; i < slot.ranks() && hosts.size() < ranks; i++) {
        hosts.add(slot.host());
      }
    }
    if (hosts.size() < ranks) {
      throw new UserError(
          "--ranks", ranks + " ranks for " + hosts.size() + " slots", "add hosts or slots");
    }
    return hosts;
  }
}
