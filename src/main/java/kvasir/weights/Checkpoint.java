package kvasir.weights;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import kvasir.error.UserError;
import kvasir.file.ModelFolder;
import kvasir.file.PathKind;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;

/**
 * Weights of a model directory, in one safetensors file or in several with an index. Files are
 * mapped and never copied as a whole. The checkpoint owns the mapping: views must not be used after
 * {@link #close}. Thread-safe.
 */
public final class Checkpoint implements AutoCloseable {
  private static final int CHUNK = 1 << 18;

  private final ModelFolder folder;
  private final Arena arena = Arena.ofShared();
  private final Map<String, SafetensorsFile> files = new LinkedHashMap<>();
  private final Map<String, Path> copies = new HashMap<>();
  private WeightIndex index;

  private Checkpoint(ModelFolder folder) {
    this.folder = folder;
  }

  /**
   * Maps the files of a directory and checks their headers. A single file is preferred to an index
   * and its shards, as in transformers.
   *
   * @throws UserError if there are no weights, or a file cannot be read or is damaged
   */
  public static Checkpoint open(Path directory) {
    Checkpoint checkpoint = new Checkpoint(new ModelFolder(directory));
    try {
      if (checkpoint.isThere(checkpoint.folder.weights())
          || !checkpoint.isThere(checkpoint.folder.index())) {
        checkpoint.add(checkpoint.map(checkpoint.folder.weights()));
      } else {
        checkpoint.index = WeightIndex.read(checkpoint.folder.index());
        checkpoint.openShards();
      }
      return checkpoint;
    } catch (RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  private boolean isThere(Path file) {
    return PathKind.of(file) != PathKind.MISSING;
  }

  private SafetensorsFile map(Path file) {
    return SafetensorsFile.map(file, arena);
  }

  // A missing shard is reported when one of its tensors is read, since an index may list parts that
  // this model does not have.
  private void openShards() {
    List<Path> shards =
        new TreeSet<>(index.shardOf().values()).stream().map(folder.path()::resolve).toList();
    List<Path> present = shards.stream().filter(this::isThere).toList();
    for (Path shard : present.isEmpty() ? shards.subList(0, 1) : present) {
      add(map(shard));
    }
  }

  private void add(SafetensorsFile file) {
    for (String name : file.tensors().keySet()) {
      if (index != null && !index.assigns(name, file.path())) {
        continue;
      }
      SafetensorsFile other = files.putIfAbsent(name, file);
      if (other != null) {
        copies.put(name, file.path());
      }
    }
  }

  /** Returns the model's directory. */
  public Path directory() {
    return folder.path();
  }

  /** Returns the files that the weights are read from, in the order of their names. */
  public List<Path> paths() {
    return files.values().stream().map(SafetensorsFile::path).distinct().sorted().toList();
  }

  /** Returns the index that assigns tensors to files, if one is read. */
  public Optional<Path> index() {
    return Optional.ofNullable(index).map(WeightIndex::file);
  }

  /**
   * Returns a message to the user about a directory with two sets of weights, one of which is not
   * read.
   */
  public Optional<String> otherWeights() {
    return index == null && isThere(folder.index())
        ? Optional.of(
            "has two sets of weights; "
                + folder.weights().getFileName()
                + " is read, "
                + folder.index().getFileName()
                + " and its files are not")
        : Optional.empty();
  }

  /** Returns all tensors by name, in the order of the files and of the data in each. */
  public Map<String, TensorInfo> tensors() {
    Map<String, TensorInfo> all = new LinkedHashMap<>();
    files.forEach((name, file) -> all.put(name, file.tensors().get(name)));
    return all;
  }

  /** Returns whether a tensor is in a file or listed by the index. */
  public boolean has(String name) {
    return files.containsKey(name) || (index != null && index.shardOf().containsKey(name));
  }

  /** Returns whether a tensor is in a file. */
  public boolean holds(String name) {
    return files.containsKey(name);
  }

  /** Returns the bytes of all tensors. */
  public long bytes() {
    return tensors().values().stream().mapToLong(t -> t.end() - t.begin()).sum();
  }

  /**
   * Returns a view of a tensor of shape {@code [rows, columns]}.
   *
   * @throws UserError if it is missing, or has another shape or an unsupported type
   */
  public Matrix matrix(String name, int rows, int columns) {
    return view(name, List.of((long) rows, (long) columns), rows, columns);
  }

  /**
   * Returns a view of a tensor of shape {@code [n]} as a matrix of one row.
   *
   * @throws UserError if it is missing, or has another shape or an unsupported type
   */
  public Matrix vector(String name, int n) {
    return view(name, List.of((long) n), 1, n);
  }

  private Matrix view(String name, List<Long> shape, int rows, int columns) {
    SafetensorsFile file = file(name);
    TensorInfo info = file.tensors().get(name);
    if (!info.shape().equals(shape)) {
      throw new UserError(
          file.path().toString(),
          "tensor " + name + " has shape " + info.shape() + ", config.json asks for " + shape,
          "use the config.json that belongs to these weights");
    }
    return new Matrix(type(file, info), file.data(), info.begin(), rows, columns);
  }

  private SafetensorsFile file(String name) {
    SafetensorsFile file = files.get(name);
    String shard = index == null ? null : index.shardOf().get(name);
    if (file == null && shard == null) {
      boolean other = otherWeights().isPresent();
      throw new UserError(
          folder.path().toString(),
          "tensor "
              + name
              + " is missing"
              + (other ? " in model.safetensors, which is read and not the index beside it" : ""),
          other ? "move the one of the two away that is incomplete" : "fetch the model again");
    }
    if (file == null) {
      boolean present = isThere(folder.path().resolve(shard));
      throw new UserError(
          index.file().toString(),
          "tensor " + name + " is not in " + shard + (present ? "" : ", which is not there"),
          "fetch the model again");
    }
    if (copies.containsKey(name)) {
      throw new UserError(
          index.file().toString(),
          "tensor "
              + name
              + " has no entry, and is in "
              + file.path().getFileName()
              + " and in "
              + copies.get(name).getFileName(),
          "add the right file to the index");
    }
    return file;
  }

  private static DType type(SafetensorsFile file, TensorInfo info) {
    return type(info)
        .orElseThrow(
            () ->
                new UserError(
                    file.path().toString(),
                    "tensor " + info.name() + " has the unsupported dtype " + info.dtype(),
                    "convert the model to F32, F16 or BF16"));
  }

  private static Optional<DType> type(TensorInfo info) {
    return switch (info.dtype()) {
      case "F32" -> Optional.of(DType.F32);
      case "F16" -> Optional.of(DType.F16);
      case "BF16" -> Optional.of(DType.BF16);
      default -> Optional.empty();
    };
  }

  /**
   * Counts the elements that are not finite in each tensor of F32, F16 or BF16; reads all of them.
   */
  public List<NonFinite> nonFinite() {
    List<NonFinite> counts = new ArrayList<>();
    try {
      files.forEach(
          (name, file) -> {
            TensorInfo info = file.tensors().get(name);
            type(info)
                .ifPresent(type -> counts.add(NonFinite.count(name, type, bytes(file, info))));
          });
    } catch (InternalError e) {
      throw unreadable(e);
    }
    return counts;
  }

  /** Returns whether two tensors have equal types, shapes and bytes. */
  public boolean sameBytes(String one, String other) {
    SafetensorsFile first = file(one);
    SafetensorsFile second = file(other);
    TensorInfo a = first.tensors().get(one);
    TensorInfo b = second.tensors().get(other);
    try {
      return a.dtype().equals(b.dtype())
          && a.shape().equals(b.shape())
          && sameBytes(bytes(first, a), bytes(second, b));
    } catch (InternalError e) {
      throw unreadable(e);
    }
  }

  // Copied first, since a vector load from a file that is cut meanwhile would end the JVM.
  private static boolean sameBytes(MemorySegment a, MemorySegment b) {
    byte[] left = new byte[CHUNK];
    byte[] right = new byte[CHUNK];
    for (long from = 0; from < a.byteSize(); from += CHUNK) {
      int bytes = (int) Math.min(CHUNK, a.byteSize() - from);
      MemorySegment.copy(a, ValueLayout.JAVA_BYTE, from, left, 0, bytes);
      MemorySegment.copy(b, ValueLayout.JAVA_BYTE, from, right, 0, bytes);
      if (!Arrays.equals(left, 0, bytes, right, 0, bytes)) {
        return false;
      }
    }
    return true;
  }

  private static MemorySegment bytes(SafetensorsFile file, TensorInfo info) {
    return file.data().asSlice(info.begin(), info.end() - info.begin());
  }

  /**
   * Returns the error to throw when reading a view threw an InternalError. The system answers an
   * access beyond the end of a mapped file by a signal, which the JVM turns into that error.
   *
   * @throws InternalError {@code e} itself, if it has another cause
   */
  public UserError unreadable(InternalError e) {
    if (!String.valueOf(e.getMessage()).contains("unsafe memory access")) {
      throw e;
    }
    Path file =
        files.values().stream()
            .filter(SafetensorsFile::isCut)
            .map(SafetensorsFile::path)
            .findFirst()
            .orElse(folder.path());
    return SafetensorsFile.cut(file, e);
  }

  @Override
  public void close() {
    arena.close();
  }
}
