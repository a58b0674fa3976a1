package kvasir.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import kvasir.cache.CacheShape;
import kvasir.cache.Ownership;
import kvasir.cli.job.ModelNotes;
import kvasir.cli.option.CommonOptions;
import kvasir.cli.option.LayoutOptions;
import kvasir.engine.Engine;
import kvasir.engine.EngineOptions;
import kvasir.engine.EngineSettings;
import kvasir.error.ExitCodes;
import kvasir.error.PrintableText;
import kvasir.error.UserError;
import kvasir.file.WholeFile;
import kvasir.kernel.ScalarKernels;
import kvasir.lab.report.LayoutPicture;
import kvasir.launch.WorldSettings;
import kvasir.model.ConfigReader;
import kvasir.model.ModelConfig;
import kvasir.model.ModelWeights;
import kvasir.model.RankMemory;
import kvasir.model.WeightSizes;
import kvasir.team.Binding;
import kvasir.tensor.Shares;
import kvasir.weights.Checkpoint;
import kvasir.weights.NonFinite;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description =
        "Print a model's architecture and tensors, and the memory of each rank for a layout"
            + " and a context length.")
final class InspectCommand implements Callable<Integer> {
  @Mixin LayoutOptions common;

  @ParentCommand KvasirCommand kvasir;

  @Option(
      names = "--context",
      paramLabel = "N",
      description = "Number of tokens to plan memory for (default: the model's context).")
  Integer context;

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description =
          "SVG file to draw the KV blocks of --context tokens in, with the shards and ranks"
              + " that own them and the tree that merges the ranks' results.")
  Path picture;

  @Option(
      names = "--check",
      description =
          "Read all weights, and print the tensors that contain NaN or infinite values. Exit"
              + " code 1 if there are any.")
  boolean check;

  @Override
  public Integer call() {
    common.check();
    Path model = common.model;
    ModelConfig config = ConfigReader.read(model);
    int tokens = context == null ? config.maxPositions() : context;
    CommonOptions.range("--context", tokens, 1, Integer.MAX_VALUE);
    if (tokens > config.maxPositions()) {
      throw new UserError(
          "--context",
          tokens + " is beyond the model's context of " + config.maxPositions(),
          "ask for less");
    }
    if (picture != null) {
      WholeFile.requireWritable(picture);
    }
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      // Looks for every tensor that the model needs, so that a wrong or missing one is reported
      // now.
      ModelWeights.check(checkpoint, config, new ScalarKernels());
      ModelNotes.otherWeights(checkpoint, kvasir.output());
      kvasir
          .output()
          .print(
              architecture(config)
                  + tensors(checkpoint)
                  + unused(checkpoint, config)
                  + memory(config, checkpoint, tokens));
      if (picture != null) {
        WholeFile.write(picture, layout(config, tokens).svg());
      }
      return check ? checkNumbers(checkpoint) : ExitCodes.DONE;
    }
  }

  private int checkNumbers(Checkpoint checkpoint) {
    List<NonFinite> counts = checkpoint.nonFinite();
    List<NonFinite> broken = counts.stream().filter(count -> !count.isClean()).toList();
    kvasir.output().print("\n");
    for (NonFinite count : broken) {
      kvasir
          .output()
          .line(
              "%s: %d NaN, %d infinite"
                  .formatted(
                      PrintableText.quotation(count.tensor()), count.nans(), count.infinities()));
    }
    int unread = checkpoint.tensors().size() - counts.size();
    kvasir
        .output()
        .line(
            "%d of %d tensors have NaN or infinite weights%s"
                .formatted(
                    broken.size(),
                    counts.size(),
                    unread == 0 ? "" : "; " + unread + " of other types were not read"));
    return broken.isEmpty() ? ExitCodes.DONE : ExitCodes.CHECK_FAILED;
  }

  private static String architecture(ModelConfig c) {
    return String.format(
        Locale.ROOT,
        "%s: %d layers, hidden %d, mlp %d, %d query / %d KV heads of %d, vocabulary %d, context"
            + " %d%nq/k norm %s, qkv bias %s, tied output %s, RoPE %s, end of sequence %s%n%n",
        c.architecture(),
        c.layers(),
        c.hiddenSize(),
        c.intermediateSize(),
        c.heads(),
        c.kvHeads(),
        c.headDim(),
        c.vocabulary(),
        c.maxPositions(),
        yes(c.qkNorm()),
        yes(c.qkvBias()),
        yes(c.tiedOutput()),
        c.rope(),
        c.eosTokens());
  }

  private static String yes(boolean flag) {
    return flag ? "yes" : "no";
  }

  private static String tensors(Checkpoint checkpoint) {
    StringBuilder table = new StringBuilder();
    checkpoint
        .tensors()
        .values()
        .forEach(
            info ->
                table.append(
                    String.format(
                        Locale.ROOT,
                        "%-5s %-16s %s%n",
                        info.dtype(),
                        info.shape().toString(),
                        PrintableText.quotation(info.name()))));
    return table.append('\n').toString();
  }

  private static String unused(Checkpoint checkpoint, ModelConfig config) {
    return ModelWeights.unused(checkpoint, config, new ScalarKernels())
        .line()
        .map(line -> line + "\n\n")
        .orElse("");
  }

  private String memory(ModelConfig config, Checkpoint checkpoint, int tokens) {
    EngineSettings settings = settings();
    CacheShape shape = Engine.cacheShape(settings, config);
    WeightSizes sizes = WeightSizes.of(checkpoint, config, settings.kernels());
    Shares shares = settings.distribution().shares(common.rankCount());
    RankMemory.Run run = Engine.memoryRun(settings, config, tokens);
    List<RankMemory> ranks = RankMemory.ofAll(run, sizes::bytes, shares);
    StringBuilder table =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "memory per rank at %d tokens, KV in %s, blocks of %d tokens (%s), %d shards%n rank"
                    + "   blocks           KV      weights      buffers          JVM         "
                    + " all%n",
                tokens,
                shape.type(),
                shape.blockTokens(),
                bytes(shape.blockBytes()),
                shape.shards()));
    for (int rank = 0; rank < ranks.size(); rank++) {
      RankMemory own = ranks.get(rank);
      table.append(
          String.format(
              Locale.ROOT,
              " %4d %8d %12s %12s %12s %12s %12s%n",
              rank,
              own.cache() / shape.blockBytes(),
              bytes(own.cache()),
              bytes(own.weights()),
              bytes(own.buffers()),
              bytes(own.jvm()),
              bytes(own.bytes())));
    }
    return table
        .append("weights are a rank's slices of all layers, packed when a model is opened\n")
        .append("buffers are activations, rotary angles, attention states, messages, logits, and")
        .append(" scratch of ")
        .append(settings.threads() == 1 ? "a thread\n" : settings.threads() + " threads\n")
        .toString();
  }

  private LayoutPicture layout(ModelConfig config, int tokens) {
    EngineSettings settings = settings();
    CacheShape shape = Engine.cacheShape(settings, config);
    Ownership ownership =
        new Ownership(shape.shards(), settings.distribution().shares(common.rankCount()));
    return new LayoutPicture(ownership, shape.blocks(tokens), shape.blockTokens());
  }

  private EngineSettings settings() {
    WorldSettings world = common.world(true, false);
    EngineOptions engine = common.engine();
    engine.check(world.ranks());
    // Each rank is assumed to have a host of its own.
    return engine.settings(world.threadsOf(1), Binding.NONE);
  }

  private static String bytes(long n) {
    return n < 1 << 20
        ? String.format(Locale.ROOT, "%.1f KiB", n / 1024.0)
        : String.format(Locale.ROOT, "%.1f MiB", n / 1048576.0);
  }
}
