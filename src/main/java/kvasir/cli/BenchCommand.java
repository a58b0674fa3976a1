package kvasir.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import kvasir.attention.AttentionKind;
import kvasir.cli.job.BenchJob;
import kvasir.cli.job.Job;
import kvasir.cli.job.JobTable;
import kvasir.cli.option.CommonOptions;
import kvasir.cli.option.KvType;
import kvasir.cli.option.LoadOptions;
import kvasir.cli.option.Quantity;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.lab.bench.ArrivalTest;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.bench.BenchTable;
import kvasir.lab.bench.BenchTest;
import kvasir.lab.bench.BenchTests;
import kvasir.lab.bench.WarmUp;
import kvasir.launch.ChildProcess;
import kvasir.launch.Order;
import kvasir.launch.ThisProcess;
import kvasir.tensor.DType;
import kvasir.tensor.StorageFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description =
        "Measure prefill and decode at several depths, in llama-bench's terms, or the latency of"
            + " requests that are computed together, with this machine's limits beside them. Each"
            + " layout runs in a process of its own.")
final class BenchCommand implements Callable<Integer>, OnRanks {
  /** Exit codes after which the process of a configuration has already printed the reason. */
  private static final List<Integer> SAID =
      List.of(ExitCodes.USER_ERROR, ExitCodes.CLUSTER_FAILURE);

  private static final int MOST_TOKENS = 1 << 24;
  private static final int MOST_SEQUENCES = 4096;
  private static final int MOST_SECONDS = 86_400;
  private static final String STEADY = "steady";

  @Mixin CommonOptions common;

  @ParentCommand KvasirCommand kvasir;

  @Option(
      names = "--prompt",
      split = ",",
      paramLabel = "N",
      description =
          "Lengths of the prompts to read, in tokens; 0 for none (default: 512, none with --load).")
  List<Integer> prompts;

  @Option(
      names = "--gen",
      split = ",",
      paramLabel = "N",
      description =
          "Numbers of tokens to generate; 0 for none (default: 32, none with --load or --beside).")
  List<Integer> generations;

  @Option(
      names = "--depth",
      split = ",",
      paramLabel = "N",
      description = "Numbers of tokens in the KV cache before a test (default: 0).")
  List<Integer> depths = List.of(0);

  @Option(
      names = "--sequences",
      split = ",",
      paramLabel = "N",
      description =
          "Numbers of sequences that are computed together, each with the tokens of the test"
              + " (default: 1).")
  List<Integer> sequences = List.of(1);

  @Mixin LoadOptions load;

  @Option(
      names = "--shared-depth",
      description =
          "Let the sequences of a test have the tokens of --depth in common, like a prompt, in"
              + " whole blocks.")
  boolean sharedDepth;

  @Option(
      names = "--ranks",
      split = ",",
      paramLabel = "P",
      description = "Numbers of MPI ranks (default: 1).")
  List<Integer> ranks = List.of();

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "T",
      description = "Numbers of threads of each rank (default: processors / ranks).")
  List<Integer> threads = List.of();

  @Option(
      names = "--attention",
      split = ",",
      paramLabel = "KIND",
      description = "Kinds of attention: ${COMPLETION-CANDIDATES} (default: streaming).")
  List<AttentionKind> attentions = List.of(AttentionKind.STREAMING);

  @Option(
      names = "--kv-type",
      split = ",",
      paramLabel = "TYPE",
      converter = KvType.Converter.class,
      completionCandidates = KvType.Names.class,
      description = "Element types of the KV cache: ${COMPLETION-CANDIDATES} (default: bf16).")
  List<StorageFormat> kvTypes = List.of(DType.BF16);

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      description = "Number of timed runs of each test (default: 5).")
  int repetitions = 5;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      description =
          "Untimed runs before each test: a number of seconds, or steady, which runs until"
              + " times stop changing (default: 3).")
  String warmUp = "3";

  @Option(
      names = "--warm-up-limit",
      paramLabel = "S",
      description =
          "Longest time of --warm-up steady in seconds. A test that needs more is marked"
              + " (default: 60).")
  double warmUpLimit = 60;

  @Option(
      names = "--added-latency",
      paramLabel = "TIME",
      converter = Quantity.Latency.class,
      description = "Time by which each message is delayed, such as 50us or 1ms (default: 0us).")
  Duration addedLatency = Duration.ZERO;

  @Option(
      names = "--fill",
      paramLabel = "HOW",
      description =
          "Way to fill the KV cache to a depth: synthetic (random keys and values) or prefill"
              + " (computed) (default: synthetic).")
  Fill fill = Fill.SYNTHETIC;

  @Option(names = "--memory", description = "Also print the peak of resident memory of each test.")
  boolean memory;

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      description = "Format of the results: ${COMPLETION-CANDIDATES} (default: md).")
  BenchTable output = BenchTable.MD;

  /** Method by which the cache is filled to a depth. */
  enum Fill {
    SYNTHETIC,
    PREFILL
  }

  /**
   * Layout, kind of attention and cache type with which all tests are measured.
   *
   * @param ranks number of ranks; null if the process that measures chooses it
   * @param threads number of threads of each rank; null if the process that measures chooses it
   */
  private record BenchConfiguration(
      Integer ranks, Integer threads, AttentionKind attention, StorageFormat kvType) {}

  @Override
  public Integer call() {
    ThisProcess process = kvasir.process();
    process.join();
    check();
    List<BenchConfiguration> configurations = configurations();
    if (!process.isRank()) {
      // Checked before the first configuration runs, since otherwise each one would report the
      // error.
      common.hostFile();
    }
    if (configurations.size() == 1) {
      return process.run(order(configurations.getFirst(), output), Optional.empty());
    }
    if (process.isRank()) {
      throw new UserError(
          "bench", "several layouts in one world", "give one, or start it without mpjrun");
    }
    List<BenchRow> rows = new ArrayList<>();
    for (BenchConfiguration configuration : configurations) {
      ChildProcess child = process.inChild(order(configuration, BenchTable.JSON));
      if (SAID.contains(child.code())) {
        return child.code();
      }
      rows.addAll(read(child));
    }
    kvasir.output().print(output.format(rows));
    return ExitCodes.DONE;
  }

  private Order order(BenchConfiguration configuration, BenchTable format) {
    use(configuration);
    Job job =
        new BenchJob(
            common.engine(),
            tests(),
            repetitions,
            warmUp(),
            addedLatency.toNanos(),
            fill == Fill.PREFILL,
            memory,
            format);
    return JobTable.order(job, common.world(!kvasir.process().isRank(), false));
  }

  private void check() {
    load.check();
    orDefault(prompts, 0).forEach(n -> CommonOptions.range("--prompt", n, 0, MOST_TOKENS));
    orDefault(generations, 0).forEach(n -> CommonOptions.range("--gen", n, 0, MOST_TOKENS));
    depths.forEach(n -> CommonOptions.range("--depth", n, 0, MOST_TOKENS));
    sequences.forEach(n -> CommonOptions.range("--sequences", n, 1, MOST_SEQUENCES));
    CommonOptions.range("--repetitions", repetitions, 1, 1 << 20);
    seconds("--warm-up", warmUp.equals(STEADY) ? 0 : warmUp().seconds(), 0);
    seconds("--warm-up-limit", warmUpLimit, 1);
    configurations().forEach(this::use);
    if (tests().none()) {
      throw new UserError("bench", "no test left", "ask for --prompt or --gen tokens, or --load");
    }
  }

  private static void seconds(String option, double value, int least) {
    // Written so that NaN is refused too.
    if (!(value >= least && value <= MOST_SECONDS)) {
      throw new UserError(
          option, value + " is out of range", "give " + least + " to " + MOST_SECONDS);
    }
  }

  /** Checks the options with one configuration, which is set in the common options. */
  private void use(BenchConfiguration configuration) {
    common.ranks = configuration.ranks();
    common.threads = configuration.threads();
    common.attention = configuration.attention();
    common.kvType = configuration.kvType();
    common.check();
  }

  private List<BenchConfiguration> configurations() {
    List<BenchConfiguration> configurations = new ArrayList<>();
    for (Integer rank : orNull(ranks)) {
      for (Integer thread : orNull(threads)) {
        for (AttentionKind attention : attentions) {
          kvTypes.forEach(
              type -> configurations.add(new BenchConfiguration(rank, thread, attention, type)));
        }
      }
    }
    return configurations;
  }

  private static List<Integer> orNull(List<Integer> values) {
    List<Integer> one = new ArrayList<>(values);
    if (one.isEmpty()) {
      one.add(null);
    }
    return one;
  }

  /**
   * Returns the tests that were asked for. With {@code --beside} the prompts arrive beside others,
   * and no test reads them alone.
   */
  private BenchTests tests() {
    boolean arrivals = !load.beside.isEmpty();
    List<Integer> alone = arrivals ? List.of() : orDefault(prompts, load.load.isEmpty() ? 512 : 0);
    List<Integer> generated = orDefault(generations, load.load.isEmpty() && !arrivals ? 32 : 0);
    return new BenchTests(
        BenchTest.all(alone, generated, depths, sequences, sharedDepth),
        load.loads(),
        ArrivalTest.all(orDefault(prompts, 512), load.beside, depths),
        load.stepNanos());
  }

  private static List<Integer> orDefault(List<Integer> given, int otherwise) {
    return given == null ? List.of(otherwise) : given;
  }

  private WarmUp warmUp() {
    if (warmUp.equals(STEADY)) {
      return new WarmUp(true, warmUpLimit);
    }
    try {
      return new WarmUp(false, Double.parseDouble(warmUp));
    } catch (NumberFormatException e) {
      throw new UserError(
          "--warm-up", "'" + warmUp + "' is no number of seconds", "write 5 or steady", e);
    }
  }

  private static List<BenchRow> read(ChildProcess child) {
    if (child.code() != 0) {
      throw new UserError(
          "bench", "a layout ended with exit code " + child.code(), "see the message above");
    }
    try {
      return BenchTable.parse(child.out());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a layout's result is no JSON", e);
    }
  }
}
