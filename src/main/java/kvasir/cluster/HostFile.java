package kvasir.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kvasir.error.UserError;

/**
 * Hosts and how many ranks each takes, from a file of lines {@code host}, {@code host:slots} or
 * {@code host slots=n}; {@code #} begins a comment.
 */
public record HostFile(List<Slot> slots) {
  /** A host and its share of ranks. */
  public record Slot(String host, int ranks) {}

  /** Stands for the hosts of the Slurm job. */
  public static final Path SLURM = Path.of("slurm");

  private static final Pattern LINE =
      Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]*)(?::(\\d{1,4})|\\s+slots\\s*=\\s*(\\d{1,4}))?");
  private static final Pattern SLURM_ITEM =
      Pattern.compile(
          "([A-Za-z0-9][A-Za-z0-9._-]*)(?:\\[(\\d{1,6}(?:-\\d{1,6})?(?:,\\d{1,6}(?:-\\d{1,6})?)*+)\\])?(?:,|$)");
  private static final Pattern SLURM_TASKS = Pattern.compile("(\\d{1,4})(?:\\(x(\\d{1,6})\\))?");
  private static final int MOST_HOSTS = 1 << 16;
  private static final long MOST_BYTES = 1 << 20;

  /** The file's hosts, or those of the Slurm job that this process runs in for {@code slurm}. */
  public static HostFile read(Path file) {
    if (file.equals(SLURM)) {
      String nodes = System.getenv("SLURM_JOB_NODELIST");
      if (nodes == null) {
        throw new UserError("--hosts slurm", "not in a Slurm job", "use sbatch or salloc");
      }
      return ofSlurm(nodes, System.getenv("SLURM_TASKS_PER_NODE"));
    }
    String where = "--hosts " + file;
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new UserError(where, "larger than 1 MiB", "give a hostfile");
      }
      return parse(where, Files.readAllLines(file));
    } catch (IOException e) {
      throw new UserError(where, "cannot be read", "give a hostfile, see hostfiles/", e);
    }
  }

  /**
   * The hosts of a Slurm job.
   *
   * @param nodes SLURM_JOB_NODELIST: {@code node[01-03,7],gpu1}
   * @param tasks SLURM_TASKS_PER_NODE: {@code 4(x2),3}; null for one each
   */
  static HostFile ofSlurm(String nodes, String tasks) {
    List<Integer> counts = taskCounts(tasks);
    List<Slot> slots = new ArrayList<>();
    Matcher item = SLURM_ITEM.matcher(nodes);
    int end = 0;
    // Not find(): after a mistake it would look for a match at every place behind it.
    while (end < nodes.length() && item.region(end, nodes.length()).lookingAt()) {
      String ranges = item.group(2) == null ? "" : item.group(2);
      for (String range : ranges.split(",", -1)) {
        addNodes(item.group(1), range, counts, slots);
      }
      end = item.end();
    }
    if (end < nodes.length() || slots.isEmpty()) {
      throw new UserError(
          "SLURM_JOB_NODELIST", "'" + nodes + "' is no list of nodes", "give --hosts a file");
    }
    return new HostFile(List.copyOf(slots));
  }

  private static void addNodes(
      String prefix, String range, List<Integer> counts, List<Slot> slots) {
    if (range.isEmpty()) {
      slots.add(new Slot(prefix, count(counts, slots.size())));
      return;
    }
    String[] ends = range.split("-", 2);
    int first = Integer.parseInt(ends[0]);
    int last = Integer.parseInt(ends[ends.length - 1]);
    for (int number = first; number <= last && slots.size() < MOST_HOSTS; number++) {
      String digits = String.format(Locale.ROOT, "%0" + ends[0].length() + "d", number);
      slots.add(new Slot(prefix + digits, count(counts, slots.size())));
    }
  }

  private static int count(List<Integer> counts, int node) {
    return counts.isEmpty() ? 1 : counts.get(Math.min(node, counts.size() - 1));
  }

  private static List<Integer> taskCounts(String tasks) {
    List<Integer> counts = new ArrayList<>();
    for (String part : tasks == null ? new String[0] : tasks.split(",", -1)) {
      Matcher matcher = SLURM_TASKS.matcher(part);
      if (!matcher.matches()) {
        throw new UserError(
            "SLURM_TASKS_PER_NODE", "'" + tasks + "' are no counts", "give --hosts a file");
      }
      int times = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
      for (int i = 0; i < times && counts.size() < MOST_HOSTS; i++) {
        counts.add(Integer.parseInt(matcher.group(1)));
      }
    }
    return counts;
  }

  static HostFile parse(String where, List<String> lines) {
    List<Slot> slots = new ArrayList<>();
    for (int number = 1; number <= lines.size(); number++) {
      String line = lines.get(number - 1).replaceFirst("#.*", "").strip();
      if (line.isEmpty()) {
        continue;
      }
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        throw new UserError(
            where + " line " + number,
            "'" + line + "' is no host",
            "write host, host:slots or host slots=n");
      }
      String count = matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
      int ranks = count == null ? 1 : Integer.parseInt(count);
      if (ranks < 1) {
        throw new UserError(where + " line " + number, "no slots", "give at least 1");
      }
      slots.add(new Slot(matcher.group(1), ranks));
    }
    if (slots.isEmpty()) {
      throw new UserError(where, "names no host", "write one host a line");
    }
    return new HostFile(List.copyOf(slots));
  }

  /** How many ranks the hosts take. */
  public int size() {
    return slots.stream().mapToInt(Slot::ranks).sum();
  }

  /** The host of each rank, slots filled in order. */
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
