package kvasir.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import kvasir.cli.option.CommonOptions;
import kvasir.cli.option.PathConverter;
import kvasir.cli.terminal.Progress;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.file.PathKind;
import kvasir.model.FormatMix;
import kvasir.model.ModelShape;
import kvasir.model.RandomCheckpoint;
import kvasir.model.RandomGguf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "synth",
    mixinStandardHelpOptions = true,
    description =
        "Write a model of a real shape with random weights, for measurements: a directory of"
            + " safetensors files in bf16, or with --type a GGUF file.")
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
      paramLabel = "PATH",
      converter = PathConverter.class,
      description =
          "Directory to write to, which must not contain a model yet; with --type a file that does"
              + " not exist yet.")
  Path out;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description =
          "Write GGUF with matrices of this type: q8_0, q4_0, q4_1, q5_0, q5_1, q2_k to q6_k,"
              + " iq4_nl, iq4_xs, or q4_k_m, llama.cpp's mixture of q4_k and q6_k.")
  String type;

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
    if (type == null) {
      writeDirectory(model, count);
    } else {
      writeFile(model, count);
    }
    return ExitCodes.DONE;
  }

  private void writeDirectory(ModelShape model, int count) {
    PathKind.requireFolderOrNothing(out, "--out " + out);
    RandomCheckpoint.requireNoModel(out);
    RandomCheckpoint checkpoint = new RandomCheckpoint(model, count, seed);
    write(model, count, checkpoint.bytes(), progress -> checkpoint.write(out, progress));
  }

  private void writeFile(ModelShape model, int count) {
    FormatMix mix =
        FormatMix.of(type)
            .orElseThrow(() -> new UserError("--type", "unknown type " + type, FormatMix.labels()));
    PathKind.requireFileOrNothing(out, "--out " + out);
    if (PathKind.of(out) != PathKind.MISSING) {
      throw new UserError("--out " + out, "there is a file already", "name another file");
    }
    RandomGguf gguf = new RandomGguf(model, count, mix, seed);
    write(model, count, gguf.bytes(), progress -> gguf.write(out, progress));
  }

  private void write(ModelShape model, int count, long bytes, Consumer<LongConsumer> writer) {
    int size = (int) (bytes / MEBI);
    kvasir.output().note("kvasir: writing a model of %d MiB to %s", size, out);
    try (Progress progress =
        Progress.of(kvasir.process().activity(), "writing the model, MiB", size, true)) {
      writer.accept(done -> progress.reach((int) (done / MEBI)));
    }
    kvasir
        .output()
        .line(
            "%s, %d layers, %d MiB of random weights in %s"
                .formatted(model.label(), count, size, out));
  }
}
