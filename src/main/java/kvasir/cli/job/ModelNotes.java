package kvasir.cli.job;

import java.nio.file.Path;
import java.util.Optional;
import kvasir.cli.terminal.Output;
import kvasir.kernel.ScalarKernels;
import kvasir.model.ConfigReader;
import kvasir.model.ModelConfig;
import kvasir.model.ModelWeights;
import kvasir.weights.Checkpoint;

/** Lines on what of a model's files is not read, which a user should know beside the results. */
public final class ModelNotes {
  private ModelNotes() {}

  /** Prints them; one rank of a world does. */
  public static void print(Path model, Output output) {
    ModelConfig config = ConfigReader.read(model);
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      // First, since it refuses what is broken: an error is one line.
      Optional<String> unused = ModelWeights.unused(checkpoint, config, new ScalarKernels()).line();
      otherWeights(checkpoint, output);
      unused.ifPresent(line -> note(checkpoint, line, output));
    }
  }

  /** Prints which of two sets of weights is read. */
  public static void otherWeights(Checkpoint checkpoint, Output output) {
    checkpoint.otherWeights().ifPresent(line -> note(checkpoint, line, output));
  }

  private static void note(Checkpoint checkpoint, String line, Output output) {
    output.note("kvasir: %s: %s", checkpoint.directory(), line);
  }
}
