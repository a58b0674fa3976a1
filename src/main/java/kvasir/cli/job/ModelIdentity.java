package kvasir.cli.job;

import java.nio.file.Path;
import java.util.Optional;
import kvasir.weights.Checkpoint;
import kvasir.weights.ModelHash;

/**
 * Hash that identifies a model. Hashes of files that were read before are kept in the user's cache.
 */
final class ModelIdentity {
  private ModelIdentity() {}

  /** Returns the hash of a model. */
  static String of(Checkpoint checkpoint) {
    return new ModelHash(cache().map(folder -> folder.resolve("hashes"))).of(checkpoint);
  }

  /**
   * Returns the folder for Kvasir's cache of hashes (XDG base directory specification); empty if
   * there is none.
   */
  private static Optional<Path> cache() {
    String named = System.getenv("XDG_CACHE_HOME");
    Path home = Path.of(System.getProperty("user.home", ""));
    Path caches =
        named == null || !Path.of(named).isAbsolute() ? home.resolve(".cache") : Path.of(named);
    return caches.isAbsolute() ? Optional.of(caches.resolve("kvasir")) : Optional.empty();
  }
}
