package kvasir.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import kvasir.attention.AttentionKind;
import kvasir.cluster.Communicator;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.error.UserError;
import kvasir.lab.bench.Bench;
import kvasir.lab.bench.BenchLabels;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.bench.BenchTable;
import kvasir.lab.bench.BenchTest;
import kvasir.lab.bench.Limits;
import kvasir.lab.bench.WarmUp;
import kvasir.model.ConfigReader;
import kvasir.model.ModelConfig;
import kvasir.tensor.DType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description =
        "Measure prefill and decode at several depths, in llama-bench's terms, beside this"
            + " machine's limits. Each layout runs in a process of its own.")
final class BenchCommand implements Callable<Integer>, OnRanks {
  /** Codes with which a layout's process has told the user why it ended. */
  private static final List<Integer> SAID =
      List.of(ExitCodes.USER_ERROR, ExitCodes.CLUSTER_FAILURE);

  private static final int MOST_TOKENS = 1 << 24;
  private static final int MOST_SECONDS = 86_400;
  private static final String STEADY = "steady";

  @Mixin CommonOptions common;

  @ParentCommand KvasirCommand kvasir;

  @Option(
      names = "--prompt",
      split = ",",
      paramLabel = "N",
      description = "Prompts to process, in tokens; 0 for none (default: 512).")
  List<Integer> prompts = List.of(512);

  @Option(
      names = "--gen",
      split = ",",
      paramLabel = "N",
      description = "Tokens to generate; 0 for none (default: 32).")
  List<Integer> generations = List.of(32);

  @Option(
      names = "--depth",
      split = ",",
      paramLabel = "N",
      description = "Tokens in the cache before a test (default: 0).")
  List<Integer> depths = List.of(0);

  @Option(names = "--ranks", split = ",", paramLabel = "P", description = "MPI ranks (default: 1).")
  List<Integer> ranks = List.of();

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "T",
      description = "Threads of each rank (default: processors / ranks).")
  List<Integer> threads = List.of();

  @Option(
      names = "--attention",
      split = ",",
      paramLabel = "KIND",
      description = "${COMPLETION-CANDIDATES} (default: streaming).")
  List<AttentionKind> attentions = List.of(AttentionKind.STREAMING);

  @Option(
      names = "--kv-type",
      split = ",",
      paramLabel = "TYPE",
      description = "Element types of the KV cache: ${COMPLETION-CANDIDATES} (default: bf16).")
  List<DType> kvTypes = List.of(DType.BF16);

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      description = "Timed runs of each test (default: 5).")
  int repetitions = 5;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      description =
          "Untimed runs before each test: seconds, or steady: until times stop to change (default:"
              + " 3).")
  String warmUp = "3";

  @Option(
      names = "--warm-up-limit",
      paramLabel = "S",
      description =
          "Most seconds of --warm-up steady; a test that needs more is marked (default: 60).")
  double warmUpLimit = 60;

  @Option(
      names = "--added-latency",
      paramLabel = "TIME",
      converter = Latency.Converter.class,
      description = "Hold each message back for so long, as 50us or 1ms (default: 0us).")
  Latency addedLatency = Latency.NONE;

  @Option(
      names = "--fill",
      paramLabel = "HOW",
      description =
          "How a depth is reached: synthetic (random keys and values) or prefill (computed);"
              + " default synthetic.")
  Fill fill = Fill.SYNTHETIC;

  @Option(names = "--memory", description = "Also the peak of resident memory of each test.")
  boolean memory;

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES} (default: md).")
  BenchTable output = BenchTable.MD;

  /** How the cache comes to a depth. */
  enum Fill {
    SYNTHETIC,
    PREFILL
  }

  /** One layout and way to compute; null leaves the choice to the process that runs it. */
  private record Layout(Integer ranks, Integer threads, AttentionKind attention, DType kvType) {}

  @Override
  public Integer call() {
    kvasir.start().join();
    check();
    List<Layout> layouts = layouts();
    if (!kvasir.start().isRank()) {
      // Before the first layout runs, which would say so for itself alone.
      common.hostFile();
    }
    if (layouts.size() == 1) {
      return kvasir.start().run(common, this::measure);
    }
    if (kvasir.start().isRank()) {
      throw new UserError(
          "bench", "several layouts in one world", "give one, or start it without mpjrun");
    }
    List<BenchRow> rows = new ArrayList<>();
    for (Layout layout : layouts) {
      ChildProcess child = inOwnProcess(layout);
      if (SAID.contains(child.code())) {
        return child.code();
      }
      rows.addAll(read(child));
    }
    kvasir.output().print(output.format(rows));
    return ExitCodes.DONE;
  }

  private void check() {
    prompts.forEach(n -> CommonOptions.range("--prompt", n, 0, MOST_TOKENS));
    generations.forEach(n -> CommonOptions.range("--gen", n, 0, MOST_TOKENS));
    depths.forEach(n -> CommonOptions.range("--depth", n, 0, MOST_TOKENS));
    CommonOptions.range("--repetitions", repetitions, 1, 1 << 20);
    seconds("--warm-up", warmUp.equals(STEADY) ? 0 : warmUp().seconds(), 0);
    seconds("--warm-up-limit", warmUpLimit, 1);
    layouts().forEach(this::use);
    if (tests().isEmpty()) {
      throw new UserError("bench", "no test left", "ask for --prompt or --gen tokens");
    }
  }

  private static void seconds(String option, double value, int least) {
    // A comparison that a value which is no number fails.
    if (!(value >= least && value <= MOST_SECONDS)) {
      throw new UserError(
          option, value + " is out of range", "give " + least + " to " + MOST_SECONDS);
    }
  }

  /** Checks a layout and leaves it in the common options: where there is one, it is that one. */
  private void use(Layout layout) {
    common.ranks = layout.ranks();
    common.threads = layout.threads();
    common.attention = layout.attention();
    common.kvType = layout.kvType();
    common.check();
  }

  private List<Layout> layouts() {
    List<Layout> layouts = new ArrayList<>();
    for (Integer rank : orNull(ranks)) {
      for (Integer thread : orNull(threads)) {
        for (AttentionKind attention : attentions) {
          kvTypes.forEach(type -> layouts.add(new Layout(rank, thread, attention, type)));
        }
      }
    }
    return layouts;
  }

  private static List<Integer> orNull(List<Integer> values) {
    List<Integer> one = new ArrayList<>(values);
    if (one.isEmpty()) {
      one.add(null);
    }
    return one;
  }

  private List<BenchTest> tests() {
    return BenchTest.all(prompts, generations, depths);
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

  private int measure(EngineSettings settings, Communicator ranks) {
    ModelConfig config = ConfigReader.read(settings.model());
    Communicator world = addedLatency.on(ranks);
    int positions = 0;
    for (BenchTest test : tests()) {
      positions = Math.max(positions, test.depth() + test.tokens());
    }
    // Beyond a model's context its text is no good, but its speed is what it is.
    try (Engine engine = new Engine(settings, world, positions, null)) {
      double start =
          (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1e3;
      Limits limits = Limits.measure(engine.team(), world);
      Bench.Options options =
          new Bench.Options(repetitions, warmUp(), fill == Fill.PREFILL, memory);
      BenchLabels labels = new BenchLabels(label(config), transport(world), start);
      List<BenchRow> rows = new ArrayList<>();
      new Bench(engine, limits, options, labels).run(tests(), row -> done(rows, row));
      if (world.rank() == 0 && output != BenchTable.JSONL) {
        kvasir.output().print(output.format(rows));
      }
    }
    return ExitCodes.DONE;
  }

  private void done(List<BenchRow> rows, BenchRow row) {
    rows.add(row);
    if (output == BenchTable.JSONL) {
      kvasir.output().print(output.format(List.of(row)));
    } else {
      kvasir
          .output()
          .note("%s, %d x %d: %.2f tokens/s", row.test(), row.ranks(), row.threads(), row.median());
    }
  }

  private String transport(Communicator world) {
    return world.size() == 1 ? "none" : kvasir.start().transport(common);
  }

  private String label(ModelConfig config) {
    String name = common.model.toAbsolutePath().normalize().getFileName().toString();
    return name.length() <= 24 ? name : config.architecture();
  }

  /** Runs one layout as a user would who asked for it alone, with its result as JSON. */
  private ChildProcess inOwnProcess(Layout layout) {
    List<String> arguments = new ArrayList<>();
    String[] own = kvasir.start().arguments();
    for (int i = 0; i < own.length; i++) {
      String name = own[i].split("=", 2)[0];
      if (List.of("--ranks", "--threads", "--attention", "--kv-type", "--output").contains(name)) {
        i += own[i].contains("=") ? 0 : 1;
      } else {
        arguments.add(own[i]);
      }
    }
    add(arguments, "--ranks", layout.ranks());
    add(arguments, "--threads", layout.threads());
    add(arguments, "--attention", layout.attention());
    add(arguments, "--kv-type", layout.kvType());
    add(arguments, "--output", BenchTable.JSON);
    return ChildProcess.run(
        new ProcessBuilder(WorldStart.command(arguments.toArray(String[]::new))));
  }

  private static void add(List<String> arguments, String option, Object value) {
    if (value != null) {
      arguments.add(option);
      arguments.add(value.toString().toLowerCase(Locale.ROOT));
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
