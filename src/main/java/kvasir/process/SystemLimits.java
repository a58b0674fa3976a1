package kvasir.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Limits that the system sets to this process and to those that it starts, with their current use.
 * {@link Long#MAX_VALUE} stands for no limit.
 *
 * @param openFiles number of open files of one process
 * @param processes number of processes of this user, where each thread counts as one
 */
public record SystemLimits(long openFiles, long processes) {
  private static final Path SELF = Path.of("/proc/self");
  private static final Pattern LINE =
      Pattern.compile("Max (open files|processes) +(\\d{1,18}|unlimited) .*");
  private static final Pattern THREADS = Pattern.compile("(?m)^Threads:\\s+(\\d{1,9})$");
  private static final Pattern USER = Pattern.compile("(?m)^Uid:\\s+(\\d{1,10})\\s");

  /** Number of the user whose processes the system does not limit. */
  private static final String ROOT = "0";

  /** Returns the soft limits of this process; no limits if the system does not tell. */
  public static SystemLimits here() {
    try {
      SystemLimits limits = parse(Files.readAllLines(SELF.resolve("limits")));
      boolean root = user(SELF).equals(ROOT);
      return root ? new SystemLimits(limits.openFiles(), Long.MAX_VALUE) : limits;
    } catch (IOException e) {
      return new SystemLimits(Long.MAX_VALUE, Long.MAX_VALUE);
    }
  }

  /** Parses the lines of {@code /proc/self/limits}: name, soft limit, hard limit, unit. */
  static SystemLimits parse(List<String> lines) {
    long files = Long.MAX_VALUE;
    long processes = Long.MAX_VALUE;
    for (String line : lines) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        String limit = matcher.group(2);
        long value = limit.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(limit);
        files = matcher.group(1).equals("open files") ? value : files;
        processes = matcher.group(1).equals("processes") ? value : processes;
      }
    }
    return new SystemLimits(files, processes);
  }

  /** Returns the number of open files of this process, or 0 if the system does not tell. */
  public static int filesInUse() {
    return count(SELF.resolve("fd"), "*");
  }

  /** Returns the number of threads of this process, or 1 if the system does not tell. */
  public static int threadsInUse() {
    return Integer.parseInt(field(SELF, THREADS, "1"));
  }

  /**
   * Returns the number of threads of all processes of this user; too low if the system does not
   * tell of all.
   */
  public static long threadsOfUser() {
    String user = user(SELF);
    long threads = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        if (user(process).equals(user)) {
          threads += Long.parseLong(field(process, THREADS, "0"));
        }
      }
    } catch (IOException e) {
      // The system does not tell; the count is then too low.
    }
    return threads;
  }

  private static int count(Path folder, String glob) {
    int count = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
      for (Path entry : entries) {
        count += entry.getNameCount() > 0 ? 1 : 0;
      }
    } catch (IOException e) {
      // The system does not tell.
    }
    return count;
  }

  private static String user(Path process) {
    return field(process, USER, "");
  }

  private static String field(Path process, Pattern pattern, String missing) {
    try {
      Matcher matcher = pattern.matcher(Files.readString(process.resolve("status")));
      return matcher.find() ? matcher.group(1) : missing;
    } catch (IOException e) {
      // The process has ended.
      return missing;
    }
  }
}
