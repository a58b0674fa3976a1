package kvasir.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.stream.Stream;
import kvasir.bench.ModelShape;
import kvasir.bench.RandomCheckpoint;
import kvasir.error.UserError;
import kvasir.file.Unwritable;

/** Finds an experiment's model, and makes it where it is only a shape. */
final class Models {
  private Models() {}

  /** The model's directory, made where there is none. */
  static Path find(Definition definition, Place place) {
    Optional<ModelShape> shape = ModelShape.of(definition.model());
    return shape.isPresent()
        ? made(shape.get(), definition.layers(), place.models())
        : given(definition, place.home());
  }

  private static Path given(Definition definition, Path home) {
    return Stream.of(Path.of(definition.model()), home.resolve(definition.model()))
        .filter(Files::isDirectory)
        .findFirst()
        .map(Path::toAbsolutePath)
        .orElseThrow(
            () ->
                new UserError(
                    "model " + definition.model(),
                    "neither a directory nor a shape",
                    "give a model's directory, or one of " + ModelShape.labels()));
  }

  private static Path made(ModelShape shape, int layers, Path folder) {
    int count = layers == 0 ? shape.layers() : layers;
    Path model = folder.resolve(shape.label() + "-" + count + "-layers");
    if (!Files.exists(model)) {
      Path fresh = model.resolveSibling(model.getFileName() + ".new");
      delete(fresh);
      new RandomCheckpoint(shape, count, 0).write(fresh, bytes -> {});
      try {
        Files.move(fresh, model, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        delete(fresh);
        throw Unwritable.of(model.toString(), e);
      }
    }
    return model;
  }

  /** What an interrupted run left. */
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
