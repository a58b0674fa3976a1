package kvasir.weights;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import kvasir.file.ContentHash;
import kvasir.file.HashCache;
import kvasir.file.Hashes;
import kvasir.file.ModelFolder;
import kvasir.file.PathKind;
import kvasir.file.Sha256;
import kvasir.file.Unreadable;

/**
 * Hash of a model over all bytes of all files that determine its tokens, since fine-tuned models
 * may differ in a single weight. The hashes of large files are kept in a cache.
 */
public final class ModelHash {
  /**
   * Age of a file's last change from which its times identify its content; longer than the
   * resolution of any file system's clock.
   */
  private static final Duration SETTLING = Duration.ofSeconds(2);

  private final Optional<HashCache> cache;

  /**
   * Creates a hash function.
   *
   * @param cache folder of known hashes; without one, files are read each time
   */
  public ModelHash(Optional<Path> cache) {
    this.cache = cache.map(folder -> new HashCache(folder, SETTLING));
  }

  /**
   * Returns the hash of a model in hexadecimal digits.
   *
   * @param checkpoint the model's weights; other files of safetensors models are those of the
   *     directory
   * @throws kvasir.error.UserError if a file cannot be read
   */
  public String of(Checkpoint checkpoint) {
    return switch (checkpoint) {
      case SafetensorsCheckpoint safetensors -> of(safetensors);
      case GgufCheckpoint gguf -> of(gguf);
    };
  }

  // Names do not count: they vary from hub to hub, and all that is read is in the files.
  private String of(GgufCheckpoint checkpoint) {
    MessageDigest digest = Sha256.digest();
    for (Path file : checkpoint.paths()) {
      digest.update(hash(file, cache));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private String of(SafetensorsCheckpoint checkpoint) {
    ModelFolder folder = new ModelFolder(checkpoint.location());
    List<Path> small =
        new ArrayList<>(List.of(folder.config(), folder.generationConfig(), folder.tokenizer()));
    checkpoint.index().ifPresent(small::add);
    MessageDigest digest = Sha256.digest();
    for (Path file : small) {
      if (PathKind.of(file) != PathKind.MISSING) {
        add(digest, file, hash(file, Optional.empty()));
      }
    }
    for (Path file : checkpoint.paths()) {
      add(digest, file, hash(file, cache));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, Path file, byte[] hash) {
    byte[] name = file.getFileName().toString().getBytes(StandardCharsets.UTF_8);
    digest.update(Hashes.bytes(name.length));
    digest.update(name);
    digest.update(hash);
  }

  private static byte[] hash(Path file, Optional<HashCache> cache) {
    try {
      return cache.isPresent() ? cache.get().get(file, ContentHash::of) : ContentHash.of(file);
    } catch (IOException e) {
      throw Unreadable.of(file.toString(), e);
    }
  }
}
