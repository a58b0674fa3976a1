package kvasir.launch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Last lines that a process printed before it became a rank, and those that a JVM printed later
 * because it could not continue. If the process never becomes a rank, or its JVM gives up, the
 * lines hold the reason. Thread-safe.
 */
final class LastWords {
  private static final int MOST_LINES = 20;
  private static final int MOST_CHARACTERS = 300;

  /**
   * Beginnings of the first line that a JVM prints if it cannot start. The line after it gives
   * details.
   */
  private static final List<String> BEGINNINGS =
      List.of(
          "Error occurred during initialization of VM",
          "There is insufficient memory for the Java Runtime Environment");

  /** Last line of a JVM that was given a wrong option. The line before it names the option. */
  private static final String NOT_CREATED = "Error: Could not create the Java Virtual Machine.";

  private final Deque<String> errors = new ArrayDeque<>();
  private final Deque<String> output = new ArrayDeque<>();
  private final String prefix;
  private List<String> quoted = List.of();
  private boolean isRank;

  /**
   * Creates an empty record.
   *
   * @param prefix text before each line of standard error that is shown to the user
   */
  LastWords(String prefix) {
    this.prefix = prefix;
  }

  /**
   * Keeps a line of standard error until the process is a rank. Returns the oldest line if too many
   * are kept, and the line itself if the process is a rank.
   */
  synchronized Optional<String> addError(String line) {
    if (isRank) {
      return Optional.of(prefix + line);
    }
    errors.add(line);
    return errors.size() > MOST_LINES ? Optional.of(prefix + errors.remove()) : Optional.empty();
  }

  /** Keeps a line of standard output, to which a JVM prints some reasons. */
  synchronized void addOutput(String line) {
    output.add(line);
    if (output.size() > MOST_LINES) {
      output.remove();
    }
  }

  /**
   * Returns the reason why the process did not become a rank, or ended as one, in one line: the
   * message of the JVM if there is one, otherwise the last line; empty if there is none.
   */
  synchronized String reason() {
    return quote(reasonOfJvm().or(this::lastError).orElse(List.of()));
  }

  /**
   * Returns the reason if the lines are those of several processes: the message of a JVM, or empty.
   */
  synchronized String sharedReason() {
    return quote(reasonOfJvm().orElse(List.of()));
  }

  private String quote(List<String> lines) {
    quoted = lines;
    String reason = String.join(": ", lines.stream().map(LastWords::bare).toList());
    return reason.length() > MOST_CHARACTERS
        ? reason.substring(0, MOST_CHARACTERS) + "..."
        : reason;
  }

  private Optional<List<String>> lastError() {
    return errors.reversed().stream()
        .filter(line -> !line.isBlank() && !line.startsWith("WARNING: "))
        .findFirst()
        .map(List::of);
  }

  private Optional<List<String>> reasonOfJvm() {
    return ofJvm(errors).or(() -> ofJvm(output));
  }

  /**
   * Returns and removes the lines of standard error, except for those that {@link #reason}
   * returned. From now on the process is a rank, or has ended.
   */
  synchronized List<String> drain() {
    isRank = true;
    List<String> rest = new ArrayList<>(errors);
    rest.removeAll(quoted);
    errors.clear();
    rest.replaceAll(line -> prefix + line);
    return rest;
  }

  private static Optional<List<String>> ofJvm(Deque<String> all) {
    List<String> lines = all.stream().filter(line -> !bare(line).isEmpty()).toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (BEGINNINGS.stream().anyMatch(line::contains)) {
        return Optional.of(lines.subList(i, Math.min(i + 2, lines.size())));
      }
      if (i > 0 && line.startsWith(NOT_CREATED)) {
        return Optional.of(lines.subList(i - 1, i));
      }
    }
    return Optional.empty();
  }

  /**
   * Returns a line without the number signs that a JVM puts before it, and without its full stop.
   */
  private static String bare(String line) {
    return line.replaceFirst("^[#\\s]+", "").replaceFirst("\\.?\\s*$", "");
  }
}
