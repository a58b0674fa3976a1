package kvasir.weights;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import kvasir.error.UserError;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;

/**
 * The weights of a model directory, one safetensors file or several with an index, mapped and never
 * copied whole. Owns the mapping: views are dead after {@link #close}. Safe for many readers.
 */
public final class Checkpoint implements AutoCloseable {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final Path directory;
  private final Arena arena = Arena.ofShared();
  private final Map<String, SafetensorsFile> files = new LinkedHashMap<>();

  private Checkpoint(Path directory) {
    this.directory = directory;
  }

  /** Maps the files of a directory and checks their headers. */
  public static Checkpoint open(Path directory) {
    Checkpoint checkpoint = new Checkpoint(directory);
    try {
      if (Files.exists(directory.resolve(INDEX)) && !Files.exists(directory.resolve(SINGLE))) {
        checkpoint.openShards();
      } else {
        checkpoint.add(SafetensorsFile.map(directory.resolve(SINGLE), checkpoint.arena));
      }
      return checkpoint;
    } catch (RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  private void openShards() {
    Path index = directory.resolve(INDEX);
    Map<String, String> shardOf = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : weightMap(index).properties()) {
      shardOf.put(entry.getKey(), shardName(index, entry.getKey(), entry.getValue()));
    }
    for (String shard : new TreeSet<>(shardOf.values())) {
      add(SafetensorsFile.map(directory.resolve(shard), arena));
    }
    shardOf.forEach(
        (name, shard) -> {
          if (!has(name) || !files.get(name).path().getFileName().toString().equals(shard)) {
            throw new UserError(
                index.toString(),
                "tensor " + name + " is not in " + shard,
                "fetch the model again");
          }
        });
  }

  private static JsonNode weightMap(Path index) {
    try {
      JsonNode map = JSON.readTree(index.toFile()).path("weight_map");
      if (!map.isObject() || map.isEmpty()) {
        throw new UserError(index.toString(), "has no weight_map", "fetch the file again");
      }
      return map;
    } catch (IOException e) {
      throw new UserError(index.toString(), "is no valid JSON", "fetch the file again", e);
    }
  }

  private static String shardName(Path index, String tensor, JsonNode value) {
    // The index is input: it may not lead out of the model's directory.
    if (!value.isTextual() || !value.asText().matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}")) {
      throw new UserError(
          index.toString(), "tensor " + tensor + " has no plain file name", "fetch the file again");
    }
    return value.asText();
  }

  private void add(SafetensorsFile file) {
    for (String name : file.tensors().keySet()) {
      if (files.put(name, file) != null) {
        throw new UserError(
            file.path().toString(),
            "tensor " + name + " is in another file too",
            "fetch the model again");
      }
    }
  }

  /** All tensors by name. */
  public Map<String, TensorInfo> tensors() {
    Map<String, TensorInfo> all = new LinkedHashMap<>();
    files.forEach((name, file) -> all.put(name, file.tensors().get(name)));
    return all;
  }

  public boolean has(String name) {
    return files.containsKey(name);
  }

  /** Bytes of all tensors. */
  public long bytes() {
    return tensors().values().stream().mapToLong(t -> t.end() - t.begin()).sum();
  }

  /** A tensor of shape {@code [rows, columns]}; anything else contradicts config.json. */
  public Matrix matrix(String name, int rows, int columns) {
    return view(name, List.of((long) rows, (long) columns), rows, columns);
  }

  /** A tensor of shape {@code [n]}, as a matrix of one row. */
  public Matrix vector(String name, int n) {
    return view(name, List.of((long) n), 1, n);
  }

  private Matrix view(String name, List<Long> shape, int rows, int columns) {
    SafetensorsFile file = files.get(name);
    if (file == null) {
      throw new UserError(
          directory.toString(), "tensor " + name + " is missing", "fetch the model again");
    }
    TensorInfo info = file.tensors().get(name);
    if (!info.shape().equals(shape)) {
      throw new UserError(
          file.path().toString(),
          "tensor " + name + " has shape " + info.shape() + ", config.json asks for " + shape,
          "use the config.json that belongs to these weights");
    }
    return new Matrix(type(file, info), file.data(), info.begin(), rows, columns);
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
   * Reads all tensors of floating-point numbers that a model can have, and counts in each what is
   * no finite number.
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

  private static MemorySegment bytes(SafetensorsFile file, TensorInfo info) {
    return file.data().asSlice(info.begin(), info.end() - info.begin());
  }

  /**
   * What to throw where reading a view threw: the system answers an access to what a file has no
   * more by a signal, which the JVM turns into this error. Other errors are thrown again.
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
            .orElse(directory);
    return SafetensorsFile.cut(file, e);
  }

  @Override
  public void close() {
    arena.close();
  }
}
