package kvasir.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import kvasir.cli.option.ByteSize;
import kvasir.cli.option.CommonOptions;
import kvasir.cli.option.HardwareSource;
import kvasir.cli.option.Quantity;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.lab.predict.Calibration;
import kvasir.lab.predict.ClusterLayout;
import kvasir.lab.predict.LayoutSearch;
import kvasir.lab.predict.Setting;
import kvasir.launch.HostFile;
import kvasir.model.ConfigReader;
import kvasir.model.ModelConfig;
import kvasir.model.ModelShape;
import kvasir.tensor.DType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    description =
        "Predict time and memory per token of every layout of ranks and threads on a cluster, and"
            + " recommend one. What is not given of a node is measured on this machine.")
final class ExperimentPredictCommand implements Callable<Integer> {
  private static final int MOST_CORES = 1024;
  private static final int MOST_TOKENS = 1 << 24;

  @ParentCommand ExperimentCommand experiment;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR|SHAPE",
      description = "A model's directory, of which config.json is read, or a shape: qwen3-32b.")
  String model;

  @Option(
      names = "--context",
      required = true,
      paramLabel = "N",
      converter = Quantity.Tokens.class,
      description = "Tokens in the cache: 8192, 128K or 1M (1,048,576).")
  int context;

  @Option(names = "--nodes", paramLabel = "N", description = "Nodes of the cluster (default: 1).")
  Integer nodes;

  @Option(
      names = "--hosts",
      paramLabel = "FILE",
      description = "Takes the number of nodes from a hostfile; slurm from the Slurm job.")
  Path hosts;

  @Option(
      names = "--cores",
      paramLabel = "N",
      description =
          "Cores of a node (default: of this machine, or in proportion to --read or --flops).")
  Integer cores;

  @Option(
      names = "--latency",
      paramLabel = "TIME",
      converter = Quantity.Time.class,
      description =
          "Of a message between nodes, one way, between computations: 5us. In a loop that does"
              + " nothing else it is several us less.")
  Quantity latency;

  @Option(
      names = "--bandwidth",
      paramLabel = "RATE",
      converter = Quantity.Bandwidth.class,
      description = "Of a node's network: 12GB/s; its ranks share it.")
  Quantity bandwidth;

  @Option(
      names = "--read",
      paramLabel = "RATE",
      converter = Quantity.Bandwidth.class,
      description = "What all cores of a node read from memory: 200GB/s.")
  Quantity read;

  @Option(
      names = "--flops",
      paramLabel = "RATE",
      converter = Quantity.Flops.class,
      description = "What all cores of a node multiply and add in f32: 3TFLOP/s.")
  Quantity flops;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      description = "Of a node, as 256G; layouts that need more are left out (default: no limit).")
  ByteSize memory;

  @Option(
      names = "--prompt",
      paramLabel = "N",
      converter = Quantity.Tokens.class,
      description = "Also predict reading a prompt of so many tokens into an empty cache.")
  Integer prompt;

  @Option(
      names = "--ranks-per-node",
      split = ",",
      paramLabel = "R",
      description = "To consider (default: all that divide the cores).")
  List<Integer> ranksPerNode = List.of();

  @Option(
      names = "--shards",
      paramLabel = "S",
      description =
          "Leaves of the merge tree, a power of two (default: for each layout what keeps its"
              + " threads busy).")
  Integer shards;

  @Option(
      names = "--kv-type",
      paramLabel = "TYPE",
      description = "Element type of the KV cache: ${COMPLETION-CANDIDATES} (default: bf16).")
  DType kvType = DType.BF16;

  @Option(
      names = "--prefill-chunk",
      paramLabel = "N",
      description = "Most tokens of one forward pass of a prompt (default: 512).")
  int prefillChunk = 512;

  @Option(names = "--json", description = "The same as one JSON object.")
  boolean json;

  @Option(names = "--debug", description = "Show stack traces and debug logs.")
  boolean debug;

  @Override
  public Integer call() {
    check();
    ModelConfig config = config();
    int count = nodeCount();
    Setting setting = Setting.of(config).with(DType.BF16, kvType).withChunk(prefillChunk);
    HardwareSource source = new HardwareSource(cores, read, flops, latency, bandwidth);
    HardwareSource.Found found = source.find(count);
    LayoutSearch.LayoutQuestion question =
        new LayoutSearch.LayoutQuestion(
            count,
            context,
            prompt == null ? 0 : prompt,
            memory == null ? 0 : memory.bytes(),
            shards == null ? 0 : shards,
            ranksPerNode);
    sayWhatIsLeftOut(count);
    LayoutSearch search =
        new LayoutSearch(setting, found.hardware(), Calibration.DEFAULT, question);
    PlanReport report = new PlanReport(model, setting, question, found, search.choose());
    if (json) {
      experiment.kvasir.output().json(report.json());
    } else {
      experiment.kvasir.output().print(report.text());
    }
    return ExitCodes.DONE;
  }

  private void check() {
    CommonOptions.range("--context", context, 1, MOST_TOKENS);
    CommonOptions.range("--prompt", prompt == null ? 1 : prompt, 1, MOST_TOKENS);
    CommonOptions.range("--prefill-chunk", prefillChunk, 1, MOST_TOKENS);
    CommonOptions.range("--memory", memory == null ? 1 : memory.bytes(), 1, Long.MAX_VALUE);
    CommonOptions.range("--cores", coreCount(), 1, MOST_CORES);
    ranksPerNode.forEach(
        r -> CommonOptions.range("--ranks-per-node", r, 1, cores == null ? MOST_CORES : cores));
    if (nodes != null && hosts != null) {
      throw new UserError("--nodes", "--hosts says it too", "give one of the two");
    }
    if (shards != null) {
      CommonOptions.range("--shards", shards, 1, ClusterLayout.MOST_SHARDS);
      CommonOptions.powerOfTwo("--shards", shards);
    }
    CommonOptions.range("--nodes", nodeCount(), 1, ClusterLayout.MOST_SHARDS);
    long ranks = nodeCount() * (long) ranksPerNode.stream().min(Integer::compare).orElse(1);
    int most = shards == null ? ClusterLayout.MOST_SHARDS : shards;
    if (ranks > most) {
      throw new UserError(
          "--nodes", ranks + " ranks for " + most + " shards", "ask for fewer, or raise --shards");
    }
  }

  /** Says which of the asked numbers of ranks cannot be on all nodes. */
  private void sayWhatIsLeftOut(int count) {
    int most = shards == null ? ClusterLayout.MOST_SHARDS : shards;
    for (int ranks : ranksPerNode) {
      if ((long) count * ranks > most) {
        experiment
            .kvasir
            .output()
            .note(
                "kvasir: --ranks-per-node %d is left out on %d nodes: %d ranks for %d shards",
                ranks, count, (long) count * ranks, most);
      }
    }
  }

  private int coreCount() {
    return cores == null ? Runtime.getRuntime().availableProcessors() : cores;
  }

  private int nodeCount() {
    if (hosts != null) {
      return (int)
          HostFile.read(hosts).slots().stream().map(HostFile.Slot::host).distinct().count();
    }
    return nodes == null ? 1 : nodes;
  }

  private ModelConfig config() {
    Optional<ModelShape> shape = ModelShape.of(model);
    if (Files.isDirectory(Path.of(model)) || (shape.isEmpty() && model.contains("/"))) {
      return ConfigReader.read(Path.of(model));
    }
    return shape
        .orElseThrow(
            () ->
                new UserError(
                    "--model " + model,
                    "neither a directory nor a shape",
                    "give a model's directory or one of " + ModelShape.labels()))
        .model();
  }
}
