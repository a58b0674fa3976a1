package kvasir.engine;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import kvasir.attention.AttentionKind;
import kvasir.cluster.SoloCommunicator;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.error.UserError;
import kvasir.kernel.Kernels;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.model.ConfigReader;
import kvasir.model.ModelConfig;
import kvasir.model.ModelWeights;
import kvasir.team.Binding;
import kvasir.team.Team;
import kvasir.team.ThreadTeam;
import kvasir.tensor.DType;
import kvasir.tensor.Shares;
import kvasir.weights.Checkpoint;

/**
 * Program that truncates a checkpoint's file while it is mapped, and continues to read. It is a
 * separate program since the JVM may crash. It prints the error that a user would see, or that
 * nothing was noticed.
 */
final class CutCheckpoint {
  private static final Kernels KERNELS = new VectorKernels();

  private final Path model;
  private final int times;

  private CutCheckpoint(Path model, int times) {
    this.model = model;
    this.times = times;
  }

  /**
   * Runs the program.
   *
   * @param args {@code pack}, {@code embed} or {@code check}; a copy of a model; the number of
   *     times to read it whole before, so that the code is compiled
   */
  // The program prints for the test that started it.
  @SuppressWarnings("SystemOut")
  public static void main(String[] args) throws IOException {
    CutCheckpoint cut = new CutCheckpoint(Path.of(args[1]), Integer.parseInt(args[2]));
    try {
      switch (args[0]) {
        case "pack" -> cut.pack();
        case "embed" -> cut.embed();
        default -> cut.check();
      }
      System.out.println("nothing was noticed");
    } catch (UserError e) {
      System.out.println(e.getMessage());
    }
  }

  private void cut() throws IOException {
    try (FileChannel file =
        FileChannel.open(model.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
      file.truncate(0);
    }
  }

  private void pack() throws IOException {
    ModelConfig config = ConfigReader.read(model);
    try (Checkpoint checkpoint = Checkpoint.open(model);
        Team team = ThreadTeam.of(2, Binding.NONE)) {
      for (int i = 0; i <= times; i++) {
        if (i == times) {
          cut();
        }
        try (Arena arena = Arena.ofShared()) {
          ModelWeights.of(checkpoint, config, KERNELS, Shares.even(1), 0, team, arena);
        }
      }
    }
  }

  private void embed() throws IOException {
    EngineSettings settings =
        new EngineSettings(
            model,
            DType.BF16,
            AttentionKind.STREAMING,
            KERNELS,
            1,
            Binding.NONE,
            0,
            16,
            16,
            Distribution.DEFAULT);
    try (Engine engine = new Engine(settings, new SoloCommunicator(), new Activity(), 2, null)) {
      for (int i = 0; i < times; i++) {
        engine.decoder().forward(new int[] {i % engine.config().vocabulary()}, 0, 1);
        engine.decoder().rewind(0);
      }
      cut();
      new Generator(engine)
          .generate(
              new int[] {1},
              1,
              ChoiceRow.after(new int[] {1}, ChoiceOptions.GREEDY, engine.config().vocabulary()),
              List.of(),
              t -> false,
              n -> {});
    }
  }

  private void check() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      for (int i = 0; i < times; i++) {
        checkpoint.nonFinite();
      }
      cut();
      checkpoint.nonFinite();
    }
  }
}
