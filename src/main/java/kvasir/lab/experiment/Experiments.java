package kvasir.lab.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import kvasir.error.UserError;
import kvasir.file.FileClaim;
import kvasir.file.PathKind;
import kvasir.file.Unwritable;

/** Runs an experiment, or what is left of it. */
public final class Experiments {
  /** Stays when a run has ended: whoever deletes a lock file locks nobody out. */
  private static final String LOCK = ".lock";

  private Experiments() {}

  /**
   * Measures what is not in the folder yet.
   *
   * @param out folder of results; this experiment's gets its name
   */
  public static ExperimentResult run(
      Definition definition, Place place, Path out, Runner.Listener listener) {
    Path folder = out.resolve(definition.name());
    List<Arm> arms = ArmGrid.of(definition, place.site());
    PathKind.requireFolderOrNothing(out, "--out " + out);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw Unwritable.of(folder.toString(), e);
    }
    Path lock = folder.resolve(LOCK);
    try (FileClaim _ = FileClaim.take(lock).orElseThrow(() -> claimed(folder))) {
      ArmCommand command =
          new ArmCommand(
              definition,
              Models.find(definition, place, listener::note),
              place.hosts(),
              place.namespaces(),
              place.java());
      ResultFolder results = new ResultFolder(folder);
      Commit commit = Commit.of(place.home());
      return new Runner(definition, arms, command, results, listener, commit, place.home())
          .run(folder);
    } catch (IOException e) {
      throw Unwritable.of(folder.toString(), e);
    }
  }

  /** The model of an experiment: its directory, made where there is none. */
  public static Path model(Definition definition, Place place) {
    return Models.find(definition, place, _ -> {});
  }

  /**
   * Throws where the model of an experiment is neither a shape nor a folder.
   *
   * @param where names the field or option that gave the model
   */
  public static void checkModel(Definition definition, Place place, Supplier<String> where) {
    Models.check(definition, place.home(), where);
  }

  private static UserError claimed(Path folder) {
    return new UserError(
        folder.toString(), "another run writes to it", "wait for its end, or choose another --out");
  }
}
