package kvasir.launch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The last lines that the process of a rank printed before it was one. Where it never becomes one,
 * they hold the reason. Safe for several threads.
 */
final class LastWords {
  private static final int MOST_LINES = 20;
  private static final int MOST_CHARACTERS = 300;

  /** First lines of what a JVM prints that cannot start; the next line says more. */
  private static final List<String> BEGINNINGS =
      List.of(
          "Error occurred during initialization of VM",
          "There is insufficient memory for the Java Runtime Environment");

  /** Last line of a JVM that was given a wrong option; the line before names the option. */
  private static final String NOT_CREATED = "Error: Could not create the Java Virtual Machine.";

  private final Deque<String> errors = new ArrayDeque<>();
  private final Deque<String> output = new ArrayDeque<>();
  private final String prefix;
  private List<String> quoted = List.of();

  /**
   * @param prefix of lines of standard error that the user reads
   */
  LastWords(String prefix) {
    this.prefix = prefix;
  }

  /** Keeps a line of standard error; returns the oldest one where there are too many. */
  synchronized Optional<String> addError(String line) {
    errors.add(line);
    return errors.size() > MOST_LINES ? Optional.of(prefix + errors.remove()) : Optional.empty();
  }

  /** Keeps a line of standard output, which a JVM writes some reasons to. */
  synchronized void addOutput(String line) {
    output.add(line);
    if (output.size() > MOST_LINES) {
      output.remove();
    }
  }

  /**
   * The reason why the process did not become a rank, in one line: the JVM's own, else its last
   * line; empty where it gave none.
   */
  synchronized String reason() {
    return quote(reasonOfJvm().or(this::lastError).orElse(List.of()));
  }

  /** As {@link #reason}, where the lines are those of several processes: the JVM's own alone. */
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

  /** Lines of standard error that {@link #reason} has left out, each told once. */
  synchronized List<String> drain() {
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

  /** A line without the JVM's frame of number signs and its full stop. */
  private static String bare(String line) {
    return line.replaceFirst("^[#\\s]+", "").replaceFirst("\\.?\\s*$", "");
  }
}
