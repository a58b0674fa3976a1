package kvasir.weights;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import kvasir.error.PrintableText;
import kvasir.error.UserError;
import kvasir.file.gguf.GgufFile;
import kvasir.file.gguf.GgufMetadata;
import kvasir.file.gguf.GgufModel;
import kvasir.file.gguf.GgufTensor;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import kvasir.tensor.StorageFormat;

/**
 * Weights of a GGUF file, or of the parts of a split one. A part is mapped when one of its tensors
 * is asked for. Rows of query and key matrices are in the order of the file. Thread-safe.
 */
public final class GgufCheckpoint implements Checkpoint {
  private static final String TYPE = "general.type";

  private final GgufModel model;
  private final Map<String, GgufTensor> tensors = new LinkedHashMap<>();
  private final Map<Path, MemorySegment> mapped = new ConcurrentHashMap<>();
  private final Arena arena = Arena.ofShared();

  private GgufCheckpoint(GgufModel model) {
    this.model = model;
    model.tensors().forEach((name, tensor) -> tensors.put(GgufNames.huggingFace(name), tensor));
  }

  /**
   * Reads the headers of a model.
   *
   * @param file the model's file, or any part of a split model
   * @throws UserError if a file cannot be read, is damaged, or is not a model with weights
   */
  static GgufCheckpoint open(Path file) {
    GgufModel model = GgufModel.read(file);
    requireWeights(model);
    return new GgufCheckpoint(model);
  }

  private static void requireWeights(GgufModel model) {
    GgufMetadata metadata = model.metadata();
    String type = metadata.text(TYPE).orElse("model");
    if (!type.equals("model")) {
      throw metadata.wrong(TYPE, "is '" + PrintableText.quotation(type) + "', not 'model'");
    }
    if (model.tensors().isEmpty()) {
      throw new UserError(
          metadata.file().toString(),
          "has no tensors: it is a vocabulary only",
          "give a file with weights");
    }
  }

  /** Returns the metadata of the model. */
  public GgufMetadata metadata() {
    return model.metadata();
  }

  @Override
  public Path location() {
    return model.metadata().file();
  }

  @Override
  public List<Path> paths() {
    return model.parts().stream().map(GgufFile::path).toList();
  }

  @Override
  public Optional<String> otherWeights() {
    return Optional.empty();
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    Map<String, TensorInfo> all = new LinkedHashMap<>();
    tensors.forEach(
        (name, t) ->
            all.put(
                name,
                new TensorInfo(t.name(), t.type().toString(), t.shape(), t.begin(), t.end())));
    return all;
  }

  @Override
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  @Override
  public boolean holds(String name) {
    return tensors.containsKey(name);
  }

  @Override
  public Matrix matrix(String name, int rows, int columns) {
    return view(tensor(name), List.of((long) columns, (long) rows), rows, columns);
  }

  @Override
  public Matrix vector(String name, int n) {
    return view(tensor(name), List.of((long) n), 1, n);
  }

  private GgufTensor tensor(String name) {
    GgufTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new UserError(
          location().toString(),
          "tensor " + GgufNames.gguf(name) + " is missing",
          "fetch the model again");
    }
    return tensor;
  }

  private Matrix view(GgufTensor tensor, List<Long> dimensions, int rows, int columns) {
    if (!withoutOnes(tensor.dimensions()).equals(withoutOnes(dimensions))) {
      throw new UserError(
          tensor.file().toString(),
          "tensor "
              + tensor.name()
              + " has shape "
              + tensor.shape()
              + ", the metadata ask for "
              + dimensions.reversed(),
          "fetch the model again, or convert it again");
    }
    return new Matrix(format(tensor), map(tensor), tensor.begin(), rows, columns);
  }

  // Lengths of one behind the shape say nothing, and a matrix of one row may be without its one.
  private static List<Long> withoutOnes(List<Long> dimensions) {
    int length = dimensions.size();
    while (length > 1 && dimensions.get(length - 1) == 1) {
      length--;
    }
    return dimensions.subList(0, length);
  }

  private static StorageFormat format(GgufTensor tensor) {
    return switch (tensor.type()) {
      case F32 -> DType.F32;
      case F16 -> DType.F16;
      case BF16 -> DType.BF16;
      case Q8_0 -> BlockFormat.Q8_0;
      case Q4_0 -> BlockFormat.Q4_0;
      case Q4_1 -> BlockFormat.Q4_1;
      case Q5_0 -> BlockFormat.Q5_0;
      case Q5_1 -> BlockFormat.Q5_1;
      case Q2_K -> BlockFormat.Q2_K;
      case Q3_K -> BlockFormat.Q3_K;
      case Q4_K -> BlockFormat.Q4_K;
      case Q5_K -> BlockFormat.Q5_K;
      case Q6_K -> BlockFormat.Q6_K;
      case IQ4_NL -> BlockFormat.IQ4_NL;
      case IQ4_XS -> BlockFormat.IQ4_XS;
    };
  }

  private MemorySegment map(GgufTensor tensor) {
    return mapped.computeIfAbsent(tensor.file(), path -> model.part(tensor).map(arena));
  }

  @Override
  public MemorySegment bytes(String name) {
    return bytes(tensor(name));
  }

  private MemorySegment bytes(GgufTensor tensor) {
    return map(tensor).asSlice(tensor.begin(), tensor.bytes());
  }

  @Override
  public List<NonFinite> nonFinite() {
    List<NonFinite> counts = new ArrayList<>();
    try {
      for (GgufTensor tensor : tensors.values()) {
        counts.add(NonFinite.count(tensor.name(), format(tensor), bytes(tensor)));
      }
    } catch (InternalError e) {
      throw unreadable(e);
    }
    return counts;
  }

  @Override
  public UserError unreadable(InternalError e) {
    Optional<Path> cut =
        model.parts().stream()
            .filter(part -> CutFile.isCut(part.path(), part.bytes()))
            .map(GgufFile::path)
            .findFirst();
    return CutFile.unreadable(e, location(), cut);
  }

  @Override
  public void close() {
    arena.close();
  }
}
