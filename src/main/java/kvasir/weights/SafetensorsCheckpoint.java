package kvasir.weights;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import kvasir.error.PrintableText;
import kvasir.error.UserError;
import kvasir.file.ModelFolder;
import kvasir.file.PathKind;
import kvasir.file.gguf.GgufPath;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;

/**
 * Weights of a model directory, in one safetensors file or in several with an index. Files are
 * mapped and never copied as a whole. The checkpoint owns the mapping: views must not be used after
 * {@link #close}. Thread-safe.
 */
public final class SafetensorsCheckpoint implements Checkpoint {
  private final ModelFolder folder;
  private final Arena arena = Arena.ofShared();
  private final Map<String, SafetensorsFile> files = new LinkedHashMap<>();
  private final Map<String, Path> copies = new HashMap<>();
  private WeightIndex index;

  private SafetensorsCheckpoint(ModelFolder folder) {
    this.folder = folder;
  }

  /**
   * Maps the files of a directory and checks their headers. A single file is preferred to an index
   * and its shards, as in transformers.
   *
   * @throws UserError if there are no weights, or a file cannot be read or is damaged
   */
  static SafetensorsCheckpoint open(Path directory) {
    SafetensorsCheckpoint checkpoint = new SafetensorsCheckpoint(new ModelFolder(directory));
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

  @Override
  public Path location() {
    return folder.path();
  }

  @Override
  public List<Path> paths() {
    return files.values().stream().map(SafetensorsFile::path).distinct().sorted().toList();
  }

  /** Returns the index that assigns tensors to files, if one is read. */
  Optional<Path> index() {
    return Optional.ofNullable(index).map(WeightIndex::file);
  }

  @Override
  public Optional<String> otherWeights() {
    if (twoSets()) {
      return Optional.of(
          "has two sets of weights; "
              + folder.weights().getFileName()
              + " is read, "
              + folder.index().getFileName()
              + " and its files are not");
    }
    return GgufPath.beside(folder.path())
        .map(
            gguf ->
                "has weights in two formats; the safetensors files are read, "
                    + PrintableText.quotation(gguf.getFileName().toString())
                    + " is not");
  }

  private boolean twoSets() {
    return index == null && isThere(folder.index());
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    Map<String, TensorInfo> all = new LinkedHashMap<>();
    files.forEach((name, file) -> all.put(name, file.tensors().get(name)));
    return all;
  }

  @Override
  public boolean has(String name) {
    return files.containsKey(name) || (index != null && index.shardOf().containsKey(name));
  }

  @Override
  public boolean holds(String name) {
    return files.containsKey(name);
  }

  @Override
  public Matrix matrix(String name, int rows, int columns) {
    return view(name, List.of((long) rows, (long) columns), rows, columns);
  }

  @Override
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
      boolean other = twoSets();
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

  @Override
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

  @Override
  public MemorySegment bytes(String name) {
    SafetensorsFile file = file(name);
    return bytes(file, file.tensors().get(name));
  }

  private static MemorySegment bytes(SafetensorsFile file, TensorInfo info) {
    return file.data().asSlice(info.begin(), info.end() - info.begin());
  }

  @Override
  public UserError unreadable(InternalError e) {
    return CutFile.unreadable(
        e,
        folder.path(),
        files.values().stream()
            .filter(SafetensorsFile::isCut)
            .map(SafetensorsFile::path)
            .findFirst());
  }

  @Override
  public void close() {
    arena.close();
  }
}
