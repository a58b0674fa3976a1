package kvasir.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Commands for another host's shell, through ssh without a password. */
public final class RemoteShell {
  private RemoteShell() {}

  /**
   * The words of a local command that has a host's shell run a line.
   *
   * @param options of ssh, beside what keeps it from asking for a password
   */
  public static List<String> command(String host, String line, String... options) {
    List<String> words = new ArrayList<>(List.of("ssh", "-o", "BatchMode=yes"));
    words.addAll(List.of(options));
    words.addAll(List.of("--", host, line));
    return words;
  }

  /** Words as a shell reads them back, whatever is in them. */
  public static String quoted(List<String> words) {
    return words.stream()
        .map(word -> "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }
}
