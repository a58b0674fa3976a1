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

/** Entry point for running experiments. */
public final class Experiments {
  /**
   * Name of the lock file. It is not deleted after a run, since another run may hold a lock on the
   * deleted file.
   */
  private static final String LOCK = ".lock";

  private Experiments() {}

  /**
   * Runs an experiment. Runs whose results are in the folder already are not repeated, so that an
   * interrupted experiment is resumed. Throws a {@link UserError} if the folder is in use, cannot
   * be written, or holds results of another definition or machine.
   *
   * @param out folder of results, in which this experiment gets a folder of its name
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

  /** Returns the directory of an experiment's model, which is made if it is missing. */
  public static Path model(Definition definition, Place place) {
    return Models.find(definition, place, _ -> {});
  }

  /**
   * Throws a {@link UserError} if the model of an experiment is neither a shape nor a folder.
   *
   * @param where returns the name of the field or option that gave the model
   */
  public static void checkModel(Definition definition, Place place, Supplier<String> where) {
    Models.check(definition, place.home(), where);
  }

  private static UserError claimed(Path folder) {
    return new UserError(
        folder.toString(), "another run writes to it", "wait for its end, or choose another --out");
  }
}
