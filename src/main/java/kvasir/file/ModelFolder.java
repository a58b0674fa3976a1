package kvasir.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import kvasir.error.UserError;

/**
 * Paths of a model's files in Hugging Face's layout. They need not exist.
 *
 * @param path directory of the model
 */
public record ModelFolder(Path path) {
  private static final String REMEDY = "give a model's directory";

  /** Returns the path of the file with the architecture and its sizes. */
  public Path config() {
    return path.resolve("config.json");
  }

  /** Returns the path of the defaults for generation, of which only the end tokens are read. */
  public Path generationConfig() {
    return path.resolve("generation_config.json");
  }

  /** Returns the path of the tokenizer. */
  public Path tokenizer() {
    return path.resolve("tokenizer.json");
  }

  /** Returns the path of weights in a single file. */
  public Path weights() {
    return path.resolve("model.safetensors");
  }

  /** Returns the path of the index of weights in several files. */
  public Path index() {
    return path.resolve("model.safetensors.index.json");
  }

  /** Returns whether the directory has weights in safetensors files. */
  public boolean hasSafetensors() {
    return PathKind.of(weights()) != PathKind.MISSING || PathKind.of(index()) != PathKind.MISSING;
  }

  /**
   * Checks that the path is a model's directory.
   *
   * @param where name of the path in messages, with its option
   * @throws UserError if it is not
   */
  public void check(String where) {
    if (path.toString().isEmpty()) {
      throw new UserError(where, "the path is empty", REMEDY);
    }
    boolean inside =
        PathKind.of(path) == PathKind.FILE && path.getFileName().toString().contains(".");
    PathKind.requireFolder(path, where, inside ? "give the directory that it is in" : REMEDY);
    if (PathKind.of(config()) != PathKind.MISSING) {
      return;
    }
    Path snapshots = path.resolve("snapshots");
    if (PathKind.of(snapshots) == PathKind.FOLDER) {
      throw new UserError(
          where,
          "is a model's directory in the cache of Hugging Face, the model is under snapshots/",
          "give " + snapshot(snapshots));
    }
  }

  private static String snapshot(Path snapshots) {
    try (Stream<Path> all = Files.list(snapshots)) {
      List<Path> models = all.sorted().toList();
      return models.size() == 1 ? models.getFirst().toString() : "one of " + snapshots + "/*";
    } catch (IOException e) {
      return "one of " + snapshots + "/*";
    }
  }
}
