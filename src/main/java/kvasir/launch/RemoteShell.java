package kvasir.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Commands for another host's shell, through ssh without a password. */
public final class RemoteShell {
  /** Name of the environment variable that decides the locale. */
  public static final String LOCALE = "LC_ALL";

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

  /**
   * The environment variable by which a JVM on another host reads the same letters in paths as this
   * one: a host that is reached by ssh, or by another launcher, may have no locale of its own.
   */
  public static Map<String, String> locale() {
    boolean known = "UTF-8".equals(System.getProperty("sun.jnu.encoding"));
    return known ? Map.of(LOCALE, "C.UTF-8") : Map.of();
  }

  /** Words as a shell reads them back, whatever is in them. */
  public static String quoted(List<String> words) {
    return words.stream()
        .map(word -> "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }
}
