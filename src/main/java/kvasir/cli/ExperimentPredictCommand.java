package kvasir.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import kvasir.cli.option.CommonOptions;
import kvasir.cli.option.HardwareEstimate;
import kvasir.cli.option.HardwareSource;
import kvasir.cli.option.KvType;
import kvasir.cli.option.Quantity;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.file.ModelFolder;
import kvasir.file.gguf.GgufPath;
import kvasir.kernel.ScalarKernels;
import kvasir.lab.predict.Calibration;
import kvasir.lab.predict.ClusterLayout;
import kvasir.lab.predict.LayoutSearch;
import kvasir.lab.predict.Setting;
import kvasir.launch.HostFile;
import kvasir.model.ConfigReader;
import kvasir.model.ModelConfig;
import kvasir.model.ModelShape;
import kvasir.model.WeightSizes;
import kvasir.tensor.DType;
import kvasir.tensor.StorageFormat;
import kvasir.weights.Checkpoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    description =
        "Predict the time per token and the memory of every layout of ranks and threads on a"
            + " cluster, and recommend a layout. Properties of a node that are not given are"
            + " measured on this machine.")
final class ExperimentPredictCommand implements Callable<Integer> {
  private static final int MOST_CORES = 1024;
  private static final int MOST_TOKENS = 1 << 24;

  @ParentCommand ExperimentCommand experiment;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR|SHAPE",
      description =
          "Folder of a model, of which only config.json is read, or a shape such as qwen3-32b.")
  String model;

  @Option(
      names = "--context",
      required = true,
      paramLabel = "N",
      converter = Quantity.Tokens.class,
      description = "Number of tokens in the KV cache, such as 8192, 128K or 1M (1,048,576).")
  int context;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "Number of nodes in the cluster (default: 1).")
  Integer nodes;

  @Option(
      names = "--hosts",
      paramLabel = "FILE",
      description =
          "Hostfile that gives the number of nodes; the word slurm stands for the nodes of the"
              + " Slurm job.")
  Path hosts;

  @Option(
      names = "--cores",
      paramLabel = "N",
      description =
          "Number of cores of a node (default: that of this machine, scaled if only one of"
              + " --read and --flops is given).")
  Integer cores;

  @Option(
      names = "--latency",
      paramLabel = "TIME",
      converter = Quantity.Time.class,
      description =
          "Time that a message takes from one node to another between computations, such as"
              + " 5us. A test that only sends messages shows several us less.")
  Double latency;

  @Option(
      names = "--bandwidth",
      paramLabel = "RATE",
      converter = Quantity.Bandwidth.class,
      description = "Bandwidth of a node's network, which the node's ranks share, such as 12GB/s.")
  Double bandwidth;

  @Option(
      names = "--read",
      paramLabel = "RATE",
      converter = Quantity.Bandwidth.class,
      description = "Rate at which all cores of a node together read memory, such as 200GB/s.")
  Double read;

  @Option(
      names = "--flops",
      paramLabel = "RATE",
      converter = Quantity.Flops.class,
      description = "Rate at which all cores of a node together compute in f32, such as 3TFLOP/s.")
  Double flops;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = Quantity.Bytes.class,
      description =
          "Memory of a node, such as 256G. Layouts that need more are not recommended (default:"
              + " no limit).")
  Long memory;

  @Option(
      names = "--prompt",
      paramLabel = "N",
      converter = Quantity.Tokens.class,
      description =
          "Also predict the time to read a prompt of this many tokens into an empty cache.")
  Integer prompt;

  @Option(
      names = "--ranks-per-node",
      split = ",",
      paramLabel = "R",
      description = "Numbers of ranks on a node to consider (default: all that divide the cores).")
  List<Integer> ranksPerNode = List.of();

  @Option(
      names = "--shards",
      paramLabel = "S",
      description =
          "Number of leaves of the merge tree, a power of two (default: for each layout the"
              + " number that keeps its threads busy).")
  Integer shards;

  @Option(
      names = "--kv-type",
      paramLabel = "TYPE",
      converter = KvType.Converter.class,
      completionCandidates = KvType.Names.class,
      description = "Element type of the KV cache: ${COMPLETION-CANDIDATES} (default: bf16).")
  StorageFormat kvType = DType.BF16;

  @Option(
      names = "--prefill-chunk",
      paramLabel = "N",
      description = "Largest number of prompt tokens in one forward pass (default: 512).")
  int prefillChunk = 512;

  @Option(names = "--json", description = "Print the prediction as one JSON object.")
  boolean json;

  @Option(names = "--debug", description = "Show stack traces and debug logs.")
  boolean debug;

  @Override
  public Integer call() {
    check();
    int count = nodeCount();
    Setting setting = setting().withChunk(prefillChunk);
    HardwareSource source = new HardwareSource(cores, read, flops, latency, bandwidth);
    HardwareEstimate found = source.find(count);
    LayoutSearch.LayoutQuestion question =
        new LayoutSearch.LayoutQuestion(
            count,
            context,
            prompt == null ? 0 : prompt,
            memory == null ? 0 : memory,
            shards == null ? 0 : shards,
            ranksPerNode);
    sayWhatIsLeftOut(count);
    LayoutSearch search =
        new LayoutSearch(setting, found.hardware(), Calibration.DEFAULT, question);
    LayoutReport report = new LayoutReport(model, setting, question, found, search.choose());
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
    CommonOptions.range("--memory", memory == null ? 1 : memory, 1, Long.MAX_VALUE);
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

  /** Prints a note for each number of ranks per node that the number of shards does not allow. */
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

  private Setting setting() {
    Optional<ModelShape> shape = ModelShape.of(model);
    Path path = Path.of(model);
    if (Files.exists(path) || (shape.isEmpty() && model.contains("/"))) {
      ModelConfig config = ConfigReader.read(path);
      return Setting.of(config).with(bytesPerWeight(path, config), kvType);
    }
    Setting ofShape =
        Setting.of(
            shape
                .orElseThrow(
                    () ->
                        new UserError(
                            "--model " + model,
                            "neither a model nor a shape",
                            "give a model's directory, a GGUF file, or one of "
                                + ModelShape.labels()))
                .model());
    return ofShape.with(ofShape.bytesPerWeight(), kvType);
  }

  /** Returns the bytes of a weight in a model's files; two if the directory has none yet. */
  private static double bytesPerWeight(Path model, ModelConfig config) {
    boolean weights = GgufPath.find(model).isPresent() || new ModelFolder(model).hasSafetensors();
    if (!weights) {
      return DType.BF16.bytes();
    }
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      return WeightSizes.of(checkpoint, config, new ScalarKernels()).bytesPerWeight();
    }
  }
}
