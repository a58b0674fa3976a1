package kvasir.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kvasir.error.UserError;
import kvasir.file.gguf.GgufPath;
import kvasir.tensor.Matrix;

/**
 * Weights of a model as tensors with the names of Hugging Face, whatever the names in the files
 * are. Files are mapped and never copied as a whole. The checkpoint owns the mapping: views must
 * not be used after {@link #close}. Thread-safe.
 */
public sealed interface Checkpoint extends AutoCloseable
    permits SafetensorsCheckpoint, GgufCheckpoint {

  /**
   * Maps the files of a model and checks their headers.
   *
   * @param model a directory with safetensors files or with one GGUF model, or a GGUF file
   * @throws UserError if there are no weights, or a file cannot be read or is damaged
   */
  static Checkpoint open(Path model) {
    Optional<Path> gguf = GgufPath.find(model);
    return gguf.isPresent() ? GgufCheckpoint.open(gguf.get()) : SafetensorsCheckpoint.open(model);
  }

  /** Returns the model's directory, or its file if it is one of GGUF, for messages. */
  Path location();

  /** Returns the files that the weights are read from, in the order of their names. */
  List<Path> paths();

  /**
   * Returns a message to the user about a directory with two sets of weights, one of which is not
   * read.
   */
  Optional<String> otherWeights();

  /**
   * Returns all tensors by the names of Hugging Face, in the order of the files. The names in the
   * files are in the values. Tensors that have no such name are listed by a name that the model
   * never asks for.
   */
  Map<String, TensorInfo> tensors();

  /** Returns whether a tensor is in a file or listed by an index. */
  boolean has(String name);

  /** Returns whether a tensor is in a file. */
  boolean holds(String name);

  /** Returns the bytes of all tensors. */
  default long bytes() {
    return tensors().values().stream().mapToLong(t -> t.end() - t.begin()).sum();
  }

  /**
   * Returns a view of a tensor of shape {@code [rows, columns]}.
   *
   * @throws UserError if it is missing, or has another shape or an unsupported type
   */
  Matrix matrix(String name, int rows, int columns);

  /**
   * Returns a view of a tensor of shape {@code [n]} as a matrix of one row.
   *
   * @throws UserError if it is missing, or has another shape or an unsupported type
   */
  Matrix vector(String name, int n);

  /**
   * Returns the mapped bytes of a tensor.
   *
   * @throws UserError if it is missing
   */
  MemorySegment bytes(String name);

  /**
   * Counts the elements that are not finite in each tensor of a supported type; reads all of them.
   */
  List<NonFinite> nonFinite();

  /** Returns whether two tensors have equal types, shapes and bytes. */
  default boolean sameBytes(String one, String other) {
    TensorInfo a = tensors().get(one);
    TensorInfo b = tensors().get(other);
    try {
      return a.dtype().equals(b.dtype())
          && a.shape().equals(b.shape())
          && sameBytes(bytes(one), bytes(other));
    } catch (InternalError e) {
      throw unreadable(e);
    }
  }

  // Copied first, since a vector load from a file that is cut meanwhile would end the JVM.
  private static boolean sameBytes(MemorySegment a, MemorySegment b) {
    int chunk = 1 << 18;
    byte[] left = new byte[chunk];
    byte[] right = new byte[chunk];
    for (long from = 0; from < a.byteSize(); from += chunk) {
      int bytes = (int) Math.min(chunk, a.byteSize() - from);
      MemorySegment.copy(a, ValueLayout.JAVA_BYTE, from, left, 0, bytes);
      MemorySegment.copy(b, ValueLayout.JAVA_BYTE, from, right, 0, bytes);
      if (!Arrays.equals(left, 0, bytes, right, 0, bytes)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the error to throw when reading a view threw an InternalError. The system answers an
   * access beyond the end of a mapped file by a signal, which the JVM turns into that error.
   *
   * @throws InternalError {@code e} itself, if it has another cause
   */
  UserError unreadable(InternalError e);

  @Override
  void close();
}
