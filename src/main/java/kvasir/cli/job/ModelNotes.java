package kvasir.cli.job;

import java.util.Optional;
import kvasir.cli.terminal.Output;
import kvasir.kernel.ScalarKernels;
import kvasir.model.ModelConfig;
import kvasir.model.ModelWeights;
import kvasir.model.OpenedModel;
import kvasir.weights.Checkpoint;

/**
 * Notes about parts of a model's files that are not read, which a user should know when reading the
 * results.
 */
public final class ModelNotes {
  private ModelNotes() {}

  /**
   * Prints the notes. Call it in one process of a run.
   *
   * @param model the model; stays the caller's
   */
  public static void print(OpenedModel model, Output output) {
    ModelConfig config = model.config();
    Checkpoint checkpoint = model.checkpoint();
    // Called first, since it refuses a broken file and the error is then the only line.
    Optional<String> unused = ModelWeights.unused(checkpoint, config, new ScalarKernels()).line();
    otherWeights(checkpoint, output);
    unused.ifPresent(line -> note(checkpoint, line, output));
  }

  /** Prints a note about the weights that are used, if the files contain two sets of weights. */
  public static void otherWeights(Checkpoint checkpoint, Output output) {
    checkpoint.otherWeights().ifPresent(line -> note(checkpoint, line, output));
  }

  private static void note(Checkpoint checkpoint, String line, Output output) {
    output.note("kvasir: %s: %s", checkpoint.location(), line);
  }
}
