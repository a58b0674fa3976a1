package kvasir.lab.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import kvasir.error.UserError;
import kvasir.file.Json;
import kvasir.file.PathKind;
import kvasir.file.TextFile;
import kvasir.file.WholeFile;

/**
 * The results of one experiment on disk: {@code experiment.json} with its definition and arms, and
 * {@code runs/ROUND-ARM.json} for each run that has ended. Each file is written under another name
 * and then renamed, so that all files are complete and no finished run is lost.
 */
public final class ResultFolder {
  private static final String PLAN = "experiment.json";
  private static final String RUNS = "runs";
  private static final long MOST_BYTES = 64 << 20;
  private static final String REMEDY =
      "move it away; `experiment run` measures again what is missing";

  private final Path folder;

  public ResultFolder(Path folder) {
    this.folder = folder;
  }

  /** The content of {@code experiment.json}. */
  record Planned(Definition definition, List<Arm> arms) {}

  /**
   * Returns the experiments of a folder, by name. The folder may be that of one experiment, or have
   * one experiment in each folder inside it. Throws a {@link UserError} if there is none.
   */
  public static List<ExperimentResult> readAll(Path folder) {
    PathKind.requireFolder(folder, folder.toString(), "name one that `experiment run --out` wrote");
    List<ExperimentResult> results = new ArrayList<>();
    new ResultFolder(folder).read().ifPresent(results::add);
    for (Path inner : list(folder)) {
      if (Files.isDirectory(inner)) {
        new ResultFolder(inner).read().ifPresent(results::add);
      }
    }
    if (results.isEmpty()) {
      throw new UserError(
          folder.toString(),
          "holds no experiment",
          "run `experiment run NAME --out` with it first");
    }
    return results;
  }

  /** Returns the results in this folder; empty if no experiment has begun. */
  public Optional<ExperimentResult> read() {
    if (!Files.exists(folder.resolve(PLAN))) {
      return Optional.empty();
    }
    Planned planned = parse(folder.resolve(PLAN), Planned.class);
    List<RunRecord> runs = new ArrayList<>();
    for (Path file : list(folder.resolve(RUNS))) {
      if (file.toString().endsWith(".json")) {
        runs.add(parse(file, RunRecord.class));
      }
    }
    List<String> order = planned.arms().stream().map(Arm::id).toList();
    runs.sort(
        Comparator.comparingInt(RunRecord::round)
            .thenComparing(run -> order.indexOf(run.arm().id())));
    return Optional.of(
        new ExperimentResult(planned.definition(), planned.arms(), List.copyOf(runs)));
  }

  /** Writes the definition and the arms. */
  void plan(Definition definition, List<Arm> arms) {
    write(folder.resolve(PLAN), new Planned(definition, arms));
  }

  /** Writes the result of a run. */
  void add(RunRecord run) {
    write(folder.resolve(RUNS).resolve(run.round() + "-" + run.arm().id() + ".json"), run);
  }

  private static void write(Path file, Object value) {
    WholeFile.write(file, Json.indented(value));
  }

  private static <T> T parse(Path file, Class<T> type) {
    try {
      String text = TextFile.read(file, file.toString(), MOST_BYTES, REMEDY);
      T value = Json.readComplete(OlderResult.complete(text), type);
      if (value == null) {
        throw damaged(file, "", null);
      }
      return value;
    } catch (JsonProcessingException e) {
      throw damaged(file, line(e), e);
    }
  }

  private static String line(JsonProcessingException e) {
    return e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
  }

  private static UserError damaged(Path file, String line, Exception cause) {
    return new UserError(file.toString(), "is no whole result" + line, REMEDY, cause);
  }

  private static List<Path> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    } catch (IOException e) {
      throw new UserError(
          folder.toString(), "cannot be listed: " + e.getMessage(), "check its permissions", e);
    }
  }
}
