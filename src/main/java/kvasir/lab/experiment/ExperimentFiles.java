package kvasir.lab.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kvasir.error.UserError;

/** The folder of the project and the experiment files in it. */
public final class ExperimentFiles {
  private static final String HOME = "kvasir.home";
  private static final String ENDING = ".toml";
  private static final String ALL = "all";

  private ExperimentFiles() {}

  /** Returns the project's folder, which its launchers set; the current folder otherwise. */
  public static Path home() {
    return Path.of(System.getProperty(HOME, "")).toAbsolutePath();
  }

  /**
   * Returns the files of experiments, given by name or by path; {@code all} stands for all shipped
   * ones.
   */
  public static List<Path> of(List<String> names) {
    return names.stream()
        .flatMap(name -> name.equals(ALL) ? shipped().stream() : Stream.of(file(name)))
        .distinct()
        .toList();
  }

  private static Path file(String name) {
    Path file =
        name.endsWith(ENDING)
            ? Path.of(name)
            : home().resolve("experiments").resolve(name + ENDING);
    if (!Files.exists(file)) {
      throw new UserError(
          "experiment " + name,
          "no such experiment",
          "name a file of your own that ends in .toml, all, or one of " + names());
    }
    return file;
  }

  private static String names() {
    return shipped().stream()
        .map(file -> file.getFileName().toString().replace(ENDING, ""))
        .collect(Collectors.joining(", "));
  }

  /** Returns the files of the experiments that come with the project. */
  public static List<Path> shipped() {
    Path folder = home().resolve("experiments");
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(p -> p.toString().endsWith(ENDING)).sorted().toList();
    } catch (IOException e) {
      throw new UserError(
          folder.toString(), "holds no experiments", "start by launch/kvasir, or name a file", e);
    }
  }
}
