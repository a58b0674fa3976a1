package kvasir.cluster.mpj;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  private static final Pattern LINE =
      Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]*)(?::(\\d{1,4})|\\s+slots\\s*=\\s*(\\d{1,4}))?");
  private static final long MOST_BYTES = 1 << 20;

  public static HostFile read(Path file) {
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
