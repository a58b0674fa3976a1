package kvasir.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import kvasir.cli.option.CommonOptions;
import kvasir.cli.terminal.Progress;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.file.PathKind;
import kvasir.model.ModelShape;
import kvasir.model.RandomCheckpoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "synth",
    mixinStandardHelpOptions = true,
    description =
        "Write a checkpoint of a real model's shape with random weights, for measurements.")
final class SynthCommand implements Callable<Integer> {
  private static final int MOST_LAYERS = 1 << 10;
  private static final int MEBI = 1 << 20;

  @ParentCommand KvasirCommand kvasir;

  @Option(
      names = "--shape",
      required = true,
      paramLabel = "NAME",
      description = "Shape of the model: qwen3-0.6b, 1.7b, 4b, 8b, 14b or 32b.")
  String shape;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder to write to; it must not contain a model yet.")
  Path out;

  @Option(
      names = "--layers",
      paramLabel = "N",
      description = "Number of decoder layers (default: that of the real model).")
  Integer layers;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the random weights (default: 0).")
  long seed;

  @Override
  public Integer call() {
    ModelShape model =
        ModelShape.of(shape)
            .orElseThrow(
                () ->
                    new UserError(
                        "--shape", "unknown shape " + shape, "one of " + ModelShape.labels()));
    int count = layers == null ? model.layers() : layers;
    CommonOptions.range("--layers", count, 1, MOST_LAYERS);
    PathKind.requireFolderOrNothing(out, "--out " + out);
    RandomCheckpoint.requireNoModel(out);
    RandomCheckpoint checkpoint = new RandomCheckpoint(model, count, seed);
    int size = (int) (checkpoint.bytes() / MEBI);
    kvasir.output().note("kvasir: writing a model of %d MiB to %s", size, out);
    try (Progress progress =
        Progress.of(kvasir.process().activity(), "writing the model, MiB", size, true)) {
      checkpoint.write(out, bytes -> progress.reach((int) (bytes / MEBI)));
    }
    kvasir
        .output()
        .line(
            "%s, %d layers, %d MiB of random weights in %s"
                .formatted(model.label(), count, size, out));
    return ExitCodes.DONE;
  }
}
