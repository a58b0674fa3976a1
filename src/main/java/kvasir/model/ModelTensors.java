package kvasir.model;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import kvasir.error.UserError;
import kvasir.tensor.Matrix;
import kvasir.weights.Checkpoint;
import kvasir.weights.GgufCheckpoint;
import kvasir.weights.TensorInfo;

/**
 * A checkpoint's tensors by names without a prefix, {@code layers.0...} and {@code lm_head.weight}.
 * Files of a whole model have a prefix before all names but the head's; files of a bare model, as
 * embedding models are saved, have none. The object records which tensors have been read. Not
 * thread-safe.
 */
final class ModelTensors {
  static final String EMBEDDING = "embed_tokens.weight";
  static final String HEAD = "lm_head.weight";
  private static final List<String> PREFIXES = List.of("model.", "");
  private static final List<String> FIRST = List.of(EMBEDDING, "layers.0.input_layernorm.weight");
  private static final int SHOWN = 3;
  private static final Pattern FACTOR = Pattern.compile("\\.(input_)?scale$");

  private final Checkpoint checkpoint;
  private final String prefix;
  private final Set<String> used = new HashSet<>();

  private ModelTensors(Checkpoint checkpoint, String prefix) {
    this.checkpoint = checkpoint;
    this.prefix = prefix;
  }

  /**
   * Finds the prefix of a checkpoint's names.
   *
   * @throws UserError if no known tensor is found
   */
  static ModelTensors of(Checkpoint checkpoint) {
    return PREFIXES.stream()
        .filter(prefix -> FIRST.stream().anyMatch(name -> checkpoint.has(prefix + name)))
        .findFirst()
        .map(prefix -> new ModelTensors(checkpoint, prefix))
        .orElseThrow(() -> unknown(checkpoint));
  }

  private static UserError unknown(Checkpoint checkpoint) {
    List<String> names = List.copyOf(checkpoint.tensors().keySet());
    String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
    return new UserError(
        checkpoint.location().toString(),
        names.isEmpty()
            ? "the weights have no tensor"
            : "no tensor is named model.layers.N... or layers.N..., the "
                + names.size()
                + " found are "
                + shown
                + (names.size() > SHOWN ? " ..." : ""),
        "use weights of a Qwen3, Qwen2 or Llama model with the names of Hugging Face");
  }

  Checkpoint checkpoint() {
    return checkpoint;
  }

  /** Returns the name that a tensor has in the checkpoint. */
  String name(String tensor) {
    return tensor.equals(HEAD) ? HEAD : prefix + tensor;
  }

  /** Returns whether the checkpoint lists a tensor. */
  boolean has(String tensor) {
    return checkpoint.has(name(tensor));
  }

  /**
   * Returns a view of a tensor of shape {@code [rows, columns]}, and records its use.
   *
   * @throws UserError if it is missing or has another shape
   */
  Matrix matrix(String tensor, int rows, int columns) {
    used.add(name(tensor));
    return checkpoint.matrix(name(tensor), rows, columns);
  }

  /**
   * Returns a view of a tensor of shape {@code [n]} as a matrix of one row, and records its use.
   *
   * @throws UserError if it is missing or has another shape
   */
  Matrix vector(String tensor, int n) {
    used.add(name(tensor));
    return checkpoint.vector(name(tensor), n);
  }

  /**
   * Returns whether a bias is left out where others of its kind may be there. Only GGUF files leave
   * out biases of zeros; a configuration in Hugging Face's form says that all are there or none.
   */
  boolean omits(String bias) {
    return checkpoint instanceof GgufCheckpoint && !has(bias);
  }

  /** Returns the order of the rows of query and key matrices and of their biases. */
  RowOrder rotatedRows(ModelConfig config) {
    boolean pairs =
        checkpoint instanceof GgufCheckpoint
            && config.architecture().equals(GgufConfigReader.LLAMA);
    return pairs ? new RowOrder.Pairs(config.headDim()) : RowOrder.SAME;
  }

  /**
   * Refuses factors that stand beside a matrix in a tensor of their own and have not been applied.
   *
   * @throws UserError if a tensor that has been read has one
   */
  void refuseFactors() {
    for (String name : unused()) {
      String matrix = FACTOR.matcher(name).replaceFirst(".weight");
      if (checkpoint instanceof GgufCheckpoint && !matrix.equals(name) && used.contains(matrix)) {
        TensorInfo factor = checkpoint.tensors().get(name);
        throw new UserError(
            checkpoint.location().toString(),
            "tensor " + factor.name() + " is a factor of a matrix, which is not supported",
            "use a file without such factors, such as one in Q8_0 or Q4_K_M");
      }
    }
  }

  /** Returns the names of the tensors that have not been read, in the files' order. */
  List<String> unused() {
    return checkpoint.tensors().keySet().stream().filter(name -> !used.contains(name)).toList();
  }
}
