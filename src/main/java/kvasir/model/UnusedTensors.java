package kvasir.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import kvasir.error.PrintableText;
import kvasir.weights.Checkpoint;
import kvasir.weights.TensorInfo;

/** Tensors in a model's files that its configuration does not use, by name. */
public record UnusedTensors(List<String> names) {
  // Tables of rotations, which every program computes itself.
  private static final String ROTARY = "rotary_emb.";

  private static final int LONGEST_NAME = 200;

  static UnusedTensors of(ModelTensors tensors, ModelConfig config) {
    Map<String, TensorInfo> all = tensors.checkpoint().tensors();
    return new UnusedTensors(
        tensors.unused().stream()
            // The divisors of frequencies are read with the configuration.
            .filter(name -> !name.contains(ROTARY) && !name.equals(GgufRopeReader.DIVISORS))
            .filter(name -> !repeatsEmbedding(tensors, config, name))
            .map(name -> all.get(name).name())
            .toList());
  }

  /**
   * Returns whether a tensor is the head of a tied model and has the same bytes as the embedding.
   */
  private static boolean repeatsEmbedding(ModelTensors tensors, ModelConfig config, String name) {
    Checkpoint checkpoint = tensors.checkpoint();
    String embedding = tensors.name(ModelTensors.EMBEDDING);
    return config.tiedOutput()
        && name.equals(ModelTensors.HEAD)
        && checkpoint.holds(embedding)
        && checkpoint.sameBytes(name, embedding);
  }

  /**
   * Returns a line with the number of unused tensors and the first name, or empty if there are
   * none.
   */
  public Optional<String> line() {
    if (names.isEmpty()) {
      return Optional.empty();
    }
    // A name comes from the input: it may break the line, or be as long as the file.
    String first = PrintableText.name(names.getFirst());
    first = first.substring(0, Math.min(LONGEST_NAME, first.length()));
    int more = names.size() - 1;
    return Optional.of(
        more == 0
            ? "1 tensor of the file is not used: " + first
            : "%d tensors of the file are not used: %s and %d more"
                .formatted(names.size(), first, more));
  }
}
