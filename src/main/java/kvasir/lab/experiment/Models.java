package kvasir.lab.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import kvasir.error.UserError;
import kvasir.file.ModelFolder;
import kvasir.file.PathKind;
import kvasir.file.Unwritable;
import kvasir.file.gguf.GgufPath;
import kvasir.model.ModelShape;
import kvasir.model.RandomCheckpoint;

/** Finds the model of an experiment, and makes one with random weights if only a shape is named. */
final class Models {
  private Models() {}

  /**
   * Returns the model's directory. The model of a shape is made if it is missing.
   *
   * @param announce receives a note before a model is made
   */
  static Path find(Definition definition, Place place, Consumer<String> announce) {
    Optional<ModelShape> shape = ModelShape.of(definition.model());
    return shape.isPresent()
        ? made(shape.get(), definition.layers(), place.models(), announce)
        : given(definition, place.home(), () -> "model");
  }

  /**
   * Throws a {@link UserError} if there is no such model and none can be made.
   *
   * @param where returns the name of the field or option that gave the model
   */
  static void check(Definition definition, Path home, Supplier<String> where) {
    if (ModelShape.of(definition.model()).isEmpty()) {
      given(definition, home, where);
    }
  }

  private static Path given(Definition definition, Path home, Supplier<String> where) {
    Path named = Path.of(definition.model());
    if (named.toString().isEmpty()) {
      new ModelFolder(named).check(where.get() + " ''");
    }
    Path found =
        Stream.of(named, home.resolve(named))
            .filter(path -> PathKind.of(path) != PathKind.MISSING)
            .findFirst()
            .map(Path::toAbsolutePath)
            .orElseThrow(
                () ->
                    new UserError(
                        where.get(),
                        "'" + named + "' is neither a directory nor a shape",
                        "give a model's directory, or one of " + ModelShape.labels()));
    GgufPath.check(found, where.get() + " '" + named + "'");
    return found;
  }

  private static Path made(ModelShape shape, int layers, Path folder, Consumer<String> announce) {
    int count = layers == 0 ? shape.layers() : layers;
    Path model = folder.resolve(shape.label() + "-" + count + "-layers");
    if (!Files.exists(model)) {
      Path fresh = model.resolveSibling(model.getFileName() + ".new");
      delete(fresh);
      RandomCheckpoint checkpoint = new RandomCheckpoint(shape, count, 0);
      announce.accept(
          "makes a model of random weights, %s with %d layers: %,d MB in %s; it is kept there"
              .formatted(shape.label(), count, checkpoint.bytes() / 1_000_000, model));
      checkpoint.write(fresh, bytes -> {});
      try {
        Files.move(fresh, model, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        delete(fresh);
        throw Unwritable.of(model.toString(), e);
      }
    }
    return model;
  }

  /** Deletes a folder that an interrupted run has left. */
  private static void delete(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : entries.toList()) {
        Files.delete(entry);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UserError(folder.toString(), "cannot be removed: " + e.getMessage(), "do it", e);
    }
  }
}
