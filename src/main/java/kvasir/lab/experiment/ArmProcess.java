package kvasir.lab.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import kvasir.error.UserError;
import kvasir.file.Json;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.bench.BenchTable;
import kvasir.launch.ParentWatch;
import kvasir.process.BoundedProcess;

/**
 * One run of an arm: it starts the arm's command and reads the results that it prints. The command
 * ends when this process ends.
 */
public final class ArmProcess {
  /** The time after which a run is ended, in case its own limits fail. */
  private static final Duration LIMIT = Duration.ofHours(2);

  /**
   * Exit code of a process that was interrupted by the user, as this process is then too. Its run
   * has no result.
   */
  private static final int INTERRUPTED = 130;

  /** Exit code of a process that was ended by a signal; its run has no result. */
  private static final int TERMINATED = 143;

  private final ExperimentKind kind;
  private final List<BenchRow> rows = new ArrayList<>();
  private final List<Answer> answers = new ArrayList<>();
  private volatile String lastError = "";

  ArmProcess(ExperimentKind kind) {
    this.kind = kind;
  }

  /** Returns the rows that the command has printed so far. */
  List<BenchRow> rows() {
    return List.copyOf(rows);
  }

  /** Returns the answers that the command has printed so far. */
  List<Answer> answers() {
    return List.copyOf(answers);
  }

  /**
   * Runs a command until it ends; throws {@link RunInterrupted} if the user ended it.
   *
   * @param watched true if the command reads the standard input given to it, by whose end it
   *     notices the end of this process
   * @param done receives each row as soon as it is printed
   * @return the reason for which it failed, in one line; empty if it succeeded
   */
  String run(List<String> command, boolean watched, Consumer<BenchRow> done) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      if (watched) {
        builder
            .environment()
            .put(ParentWatch.WATCHED, String.valueOf(ProcessHandle.current().pid()));
      }
      BoundedProcess.End end =
          BoundedProcess.run(
              builder,
              BoundedProcess.Input.first(new byte[0]),
              LIMIT,
              out -> read(out, done),
              this::keepErrors);
      if (!end.inTime()) {
        return "it was ended after " + LIMIT.toHours() + " hours";
      }
      if (end.code() == INTERRUPTED || end.code() == TERMINATED) {
        throw new RunInterrupted();
      }
      return end.code() == 0 ? "" : "exit code %d: %s".formatted(end.code(), lastError);
    } catch (IOException e) {
      throw new UserError(
          command.getFirst(), "cannot be started: " + e.getMessage(), "check it", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while an arm ran", e);
    }
  }

  private void read(InputStream stream, Consumer<BenchRow> done) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      take(line, done);
    }
  }

  private void take(String line, Consumer<BenchRow> done) {
    try {
      if (kind == ExperimentKind.ATTENTION_MASS) {
        answer(line);
      } else {
        BenchRow row = BenchTable.parseLine(line);
        rows.add(row);
        done.accept(row);
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an arm printed what is no result: " + line, e);
    }
  }

  /** Keeps the last line that contains an error. */
  private void keepErrors(InputStream stream) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.contains("error")) {
        lastError = line.replaceFirst("^.*error: ", "");
      }
    }
  }

  private void answer(String line) throws JsonProcessingException {
    JsonNode node = Json.read(line);
    if (!node.has("question")) {
      return;
    }
    List<Integer> holders = new ArrayList<>();
    node.path("holders").forEach(rank -> holders.add(rank.asInt()));
    List<Double> heads = new ArrayList<>();
    node.path("head_shares").forEach(share -> heads.add(share.asDouble()));
    answers.add(
        new Answer(
            node.path("question").asText(),
            node.path("text").asText(),
            node.path("text").asText().equals(node.path("expected").asText()),
            holders,
            StreamSupport.stream(node.path("ranks").spliterator(), false)
                .map(rank -> rank.path("share").asDouble())
                .toList(),
            node.path("head").asText(),
            heads));
  }
}
