package kvasir.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Commands for the shell of another host, through ssh without a password. */
public final class RemoteShell {
  /** Name of the environment variable that decides the locale. */
  public static final String LOCALE = "LC_ALL";

  private RemoteShell() {}

  /**
   * Returns the words of a local command that runs a line in the shell of a host.
   *
   * @param line line for the remote shell; its words must be quoted already
   * @param options further options of ssh
   */
  public static List<String> command(String host, String line, String... options) {
    List<String> words = new ArrayList<>(List.of("ssh", "-o", "BatchMode=yes"));
    words.addAll(List.of(options));
    words.addAll(List.of("--", host, line));
    return words;
  }

  /**
   * Returns the environment variable with which a JVM on another host decodes file names as this
   * one does; empty if none is needed. A host that is reached by ssh or by another launcher may
   * have no locale of its own.
   */
  public static Map<String, String> locale() {
    boolean known = "UTF-8".equals(System.getProperty("sun.jnu.encoding"));
    return known ? Map.of(LOCALE, "C.UTF-8") : Map.of();
  }

  /** Returns one line that a shell parses into the same words, whatever characters they contain. */
  public static String quoted(List<String> words) {
    return words.stream()
        .map(word -> "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }
}
