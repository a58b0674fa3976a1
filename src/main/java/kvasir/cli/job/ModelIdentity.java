package kvasir.cli.job;

import java.nio.file.Path;
import java.util.Optional;
import kvasir.weights.ModelHash;

/** The hash of a model, with the user's cache of what has been read before. */
final class ModelIdentity {
  private ModelIdentity() {}

  /** Returns the hash of a model directory. */
  static String of(Path model) {
    return new ModelHash(cache().map(folder -> folder.resolve("hashes"))).of(model);
  }

  /** Returns the folder of Kvasir's cache by the XDG base directory specification, if any. */
  private static Optional<Path> cache() {
    String named = System.getenv("XDG_CACHE_HOME");
    Path home = Path.of(System.getProperty("user.home", ""));
    Path caches =
        named == null || !Path.of(named).isAbsolute() ? home.resolve(".cache") : Path.of(named);
    return caches.isAbsolute() ? Optional.of(caches.resolve("kvasir")) : Optional.empty();
  }
}
