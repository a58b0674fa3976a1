package kvasir.session;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import kvasir.cluster.Sha256;
import kvasir.error.UserError;
import kvasir.tensor.Matrix;
import kvasir.weights.Checkpoint;
import kvasir.weights.TensorInfo;

/**
 * Tells models apart without reading all of them: their small files, each tensor's name, type,
 * shape and place, and its first bytes, by which fine-tuned copies differ.
 */
public final class ModelHash {
  private static final List<String> SMALL_FILES =
      List.of("config.json", "generation_config.json", "tokenizer.json");
  private static final long SAMPLE = 256;

  private ModelHash() {}

  /** The hash of a model directory, in hexadecimal digits. */
  public static String of(Path directory) {
    MessageDigest digest = Sha256.digest();
    for (String name : SMALL_FILES) {
      addFile(digest, directory.resolve(name));
    }
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      for (TensorInfo tensor : checkpoint.tensors().values()) {
        digest.update(tensor.toString().getBytes(StandardCharsets.UTF_8));
        addSample(digest, checkpoint, tensor);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void addFile(MessageDigest digest, Path file) {
    try {
      byte[] bytes = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
      digest.update(Hashes.bytes(bytes.length));
      digest.update(bytes);
    } catch (IOException e) {
      throw new UserError(file.toString(), "cannot be read", "check its permissions", e);
    }
  }

  private static void addSample(MessageDigest digest, Checkpoint checkpoint, TensorInfo tensor) {
    // Only what the model itself could read: other tensors have no view.
    boolean readable = List.of("F32", "F16", "BF16").contains(tensor.dtype());
    List<Long> shape = tensor.shape();
    if (readable && (shape.size() == 1 || shape.size() == 2)) {
      int first = Math.toIntExact(shape.getFirst());
      Matrix view =
          shape.size() == 1
              ? checkpoint.vector(tensor.name(), first)
              : checkpoint.matrix(tensor.name(), first, Math.toIntExact(shape.get(1)));
      long bytes = Math.min(SAMPLE, view.byteSize());
      MemorySegment sample = view.data().asSlice(view.offset(), bytes);
      digest.update(sample.asByteBuffer());
    }
  }
}
