package kvasir.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kvasir.error.UserError;
import kvasir.launch.HostFile.Slot;

/**
 * Nodes of a Slurm job, parsed from its environment variables in the order of {@code scontrol show
 * hostnames}. A name may have several brackets; the numbers of the last bracket change first.
 */
final class SlurmHosts {
  private static final String NODES = "SLURM_JOB_NODELIST";

  /** Pattern of one part of a name: plain text, or a bracket with numbers. */
  private static final Pattern PART =
      Pattern.compile(
          "([A-Za-z0-9._-]++)|\\[(\\d{1,9}(?:-\\d{1,9})?(?:,\\d{1,9}(?:-\\d{1,9})?)*+)\\]");

  private static final Pattern TASKS = Pattern.compile("(\\d{1,4})(?:\\(x(\\d{1,6})\\))?");
  private static final int MOST_HOSTS = 1 << 16;

  /** Largest length of a host's name in characters (RFC 1035). */
  private static final int LONGEST_NAME = 253;

  private final String list;

  private SlurmHosts(String list) {
    this.list = list;
  }

  /**
   * Parses the hosts of a Slurm job.
   *
   * @param nodes value of SLURM_JOB_NODELIST, such as {@code node[01-03,7],gpu1}
   * @param tasks value of SLURM_TASKS_PER_NODE, such as {@code 4(x2),3}; null means one rank on
   *     each node
   */
  static HostFile parse(String nodes, String tasks) {
    List<Integer> counts = taskCounts(tasks);
    List<Slot> slots = new ArrayList<>();
    for (String name : new SlurmHosts(nodes).names()) {
      int count = counts.isEmpty() ? 1 : counts.get(Math.min(slots.size(), counts.size() - 1));
      slots.add(new Slot(name, count));
    }
    return new HostFile(List.copyOf(slots));
  }

  private List<String> names() {
    List<String> all = new ArrayList<>();
    Matcher part = PART.matcher(list);
    int end = 0;
    while (end < list.length()) {
      List<List<String>> parts = new ArrayList<>();
      int begin = end;
      boolean text = false;
      // lookingAt() and not find(), which would search for a match at every later position.
      while (end < list.length() && part.region(end, list.length()).lookingAt()) {
        text = part.group(1) != null;
        parts.add(text ? List.of(part.group(1)) : numbers(part));
        end = part.end();
      }
      boolean whole = end == list.length() || list.charAt(end) == ',';
      // Nothing may follow the last bracket of a name, as in scontrol.
      boolean tail = text && parts.size() > 1;
      if (end == begin || !whole || tail || !Character.isLetterOrDigit(list.charAt(begin))) {
        throw unreadable();
      }
      addProduct(parts, all);
      end++;
    }
    if (all.isEmpty()) {
      throw unreadable();
    }
    return all;
  }

  /** Adds every name that consists of one element of each part, in order. */
  private void addProduct(List<List<String>> parts, List<String> all) {
    long count = 1;
    int characters = 0;
    for (List<String> part : parts) {
      count *= part.size();
      limit(all.size() + count);
      characters += part.stream().mapToInt(String::length).max().orElse(0);
    }
    if (characters > LONGEST_NAME) {
      throw unreadable();
    }
    for (int index = 0; index < count; index++) {
      StringBuilder name = new StringBuilder(characters);
      long following = count;
      for (List<String> part : parts) {
        following /= part.size();
        name.append(part.get((int) (index / following % part.size())));
      }
      all.add(name.toString());
    }
  }

  /**
   * Returns the numbers of a bracket. Each has at least as many digits as the first number of its
   * range.
   */
  private List<String> numbers(Matcher bracket) {
    List<String> numbers = new ArrayList<>();
    for (String range : bracket.group(2).split(",", -1)) {
      String[] ends = range.split("-", 2);
      int first = Integer.parseInt(ends[0]);
      int last = Integer.parseInt(ends[ends.length - 1]);
      if (last < first) {
        throw unreadable();
      }
      limit((long) numbers.size() + last - first + 1);
      for (int number = first; number <= last; number++) {
        String digits = String.valueOf(number);
        numbers.add("0".repeat(Math.max(0, ends[0].length() - digits.length())) + digits);
      }
    }
    return numbers;
  }

  private static void limit(long hosts) {
    if (hosts > MOST_HOSTS) {
      throw new UserError(NODES, "names more than " + MOST_HOSTS + " nodes", "give --hosts a file");
    }
  }

  private UserError unreadable() {
    return new UserError(
        NODES,
        "'" + list + "' is no list of nodes",
        "give --hosts a file, as scontrol show hostnames writes it");
  }

  private static List<Integer> taskCounts(String tasks) {
    List<Integer> counts = new ArrayList<>();
    for (String part : tasks == null ? new String[0] : tasks.split(",", -1)) {
      Matcher matcher = TASKS.matcher(part);
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
}
