package kvasir.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import kvasir.cli.option.PathConverter;
import kvasir.cli.terminal.Progress;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.file.PathKind;
import kvasir.file.WholeFile;
import kvasir.file.gguf.GgufPath;
import kvasir.file.gguf.GgufWriter;
import kvasir.kernel.BlockEncoder;
import kvasir.model.GgufExport;
import kvasir.model.ModelConfig;
import kvasir.model.OpenedModel;
import kvasir.tensor.BlockFormat;
import kvasir.text.TokenizerMetadata;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "quantize",
    mixinStandardHelpOptions = true,
    description =
        "Write a model as a GGUF file with quantised weights, which other programs read too.")
final class QuantizeCommand implements Callable<Integer> {
  private static final int MEBI = 1 << 20;

  @ParentCommand KvasirCommand kvasir;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      converter = PathConverter.class,
      description = "Directory of the model, with safetensors files.")
  Path model;

  @Option(
      names = "--type",
      required = true,
      paramLabel = "TYPE",
      description =
          "Type of the matrices: q8_0 or q4_0, rounded as by llama.cpp's reference. Norms and"
              + " biases are written in f32.")
  String type;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      converter = PathConverter.class,
      description = "GGUF file to write.")
  Path out;

  @Override
  public Integer call() {
    BlockFormat format = format();
    GgufPath.check(model, "--model " + model);
    if (GgufPath.find(model).isPresent()) {
      throw new UserError(
          "--model " + model, "is GGUF already", "give the directory of safetensors files");
    }
    PathKind.requireFileOrNothing(out, "--out " + out);
    WholeFile.requireWritable(out);
    try (OpenedModel opened = new OpenedModel(model)) {
      write(opened, format);
    }
    return ExitCodes.DONE;
  }

  private void write(OpenedModel opened, BlockFormat format) {
    ModelConfig config = opened.config();
    String name = model.toAbsolutePath().normalize().getFileName().toString();
    AtomicReference<Progress> shown = new AtomicReference<>();
    GgufWriter writer =
        GgufExport.writer(
            opened.checkpoint(),
            config,
            name,
            format,
            bytes -> shown.get().reach((int) (bytes / MEBI)));
    boolean texts = TokenizerMetadata.add(writer, model, config.vocabulary(), config.eosTokens());
    if (!texts) {
      kvasir
          .output()
          .note("kvasir: %s has no tokenizer.json: the file is for token ids only", model);
    }
    int size = (int) (writer.tensorBytes() / MEBI);
    try (Progress progress =
        Progress.of(kvasir.process().activity(), "writing the model, MiB", size, true)) {
      shown.set(progress);
      writer.write(out);
    }
    kvasir.output().line("%d MiB of weights in %s in %s".formatted(size, format, out));
  }

  private BlockFormat format() {
    return Arrays.stream(BlockFormat.values())
        .filter(BlockEncoder::supports)
        .filter(
            format -> format.name().toLowerCase(Locale.ROOT).equals(type.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() -> new UserError("--type", "unknown type " + type, "give q8_0 or q4_0"));
  }
}
