package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cli.job.AskJob;
import kvasir.cli.job.BatchJob;
import kvasir.cli.job.EvaluateJob;
import kvasir.cli.job.GenerateJob;
import kvasir.cli.job.Job;
import kvasir.cli.job.JobTable;
import kvasir.cli.job.ScoreJob;
import kvasir.cli.job.VerifyJob;
import kvasir.cli.terminal.Output;
import kvasir.cli.terminal.StatusLine;
import kvasir.cluster.Communicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.EngineOptions;
import kvasir.engine.PromptInput;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.engine.session.TokenChoice;
import kvasir.launch.BindTo;
import kvasir.launch.Order;
import kvasir.launch.RankContext;
import kvasir.launch.RankJob;
import kvasir.launch.Transport;
import kvasir.launch.WorldSettings;
import kvasir.measure.Activity;
import kvasir.model.ConfigReader;
import kvasir.model.OpenedModel;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import kvasir.weights.Checkpoint;
import kvasir.weights.ModelHash;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each rank reads the configuration and the headers of the weights, and computes the model's hash,
 * once for a whole job.
 */
@Timeout(120)
class ModelReadingTest {
  private static final String GOLDEN = "src/test/resources/golden/qwen3-yarn";
  private static final String DEMO = "experiments/demo-model/model";

  /** Numbers of times that one rank has read the parts of its model. */
  private record Readings(AtomicInteger configs, AtomicInteger checkpoints, AtomicInteger hashes) {
    Readings() {
      this(new AtomicInteger(), new AtomicInteger(), new AtomicInteger());
    }
  }

  private static EngineOptions engine(String model) {
    return new EngineOptions(
        model,
        DType.BF16,
        AttentionKind.STREAMING,
        EngineOptions.KernelKind.VECTOR,
        16,
        16,
        512,
        List.of(),
        false,
        MergeTopology.TREE,
        0);
  }

  private static WorldSettings world(int ranks) {
    return new WorldSettings(
        ranks,
        Collections.nCopies(ranks, "localhost"),
        false,
        false,
        Transport.INPROCESS,
        60,
        4,
        BindTo.NONE,
        1,
        null,
        false,
        false);
  }

  static Stream<Job> jobs() {
    EngineOptions golden = engine(GOLDEN);
    EngineOptions demo = engine(DEMO);
    PromptInput ids = new PromptInput("--tokens", true);
    TokenChoice greedy = new TokenChoice(SamplingOptions.GREEDY, List.of(), true);
    return Stream.of(
        new GenerateJob(golden, ids, 2, greedy, null, null, true, true, true, List.of()),
        new GenerateJob(golden, ids, 2, greedy, "session", "blocks", true, false, false, List.of()),
        new ScoreJob(golden, ids, 1, true, true),
        new VerifyJob(golden, new int[] {1, 5, 9}, 2),
        new BatchJob(golden, "-", "-", 2, 1 << 20, 150_000_000, true, null, true),
        new AskJob(demo, null, 1, 300, List.of(), 1, 4, true, null, true),
        new EvaluateJob(demo, List.of(256), 1, 1, 0, true));
  }

  /** Returns the job with its files in a folder. */
  private static Job in(Path folder, Job job) {
    return job instanceof GenerateJob g && g.session() != null
        ? new GenerateJob(
            g.engine(),
            g.prompt(),
            g.maxNewTokens(),
            g.choice(),
            folder.resolve(g.session()).toString(),
            folder.resolve(g.snapshot()).toString(),
            g.json(),
            g.stats(),
            g.fingerprint(),
            g.given())
        : job;
  }

  @ParameterizedTest
  @MethodSource("jobs")
  void eachRankReadsItsModelOnce(Job job, @TempDir Path folder) {
    for (int ranks = 1; ranks <= 2; ranks++) {
      Queue<Readings> all = new ConcurrentLinkedQueue<>();
      JobTable table =
          new JobTable(new Output(StatusLine.of(new Activity())), model -> counted(model, all));
      Order order =
          JobTable.order(in(folder, job), world(ranks))
              .withText(job instanceof BatchJob ? "{\"id\":1,\"tokens\":[1,5,9]}\n" : "1,5,9");
      LocalWorld.run(ranks, Duration.ofSeconds(60), world -> run(table, order, world));
      assertEquals(ranks, all.size());
      for (Readings readings : all) {
        assertEquals(1, readings.configs().get(), "config.json, ranks " + ranks);
        assertEquals(1, readings.checkpoints().get(), "weights, ranks " + ranks);
        assertEquals(1, readings.hashes().get(), "hash, ranks " + ranks);
      }
    }
  }

  private static OpenedModel counted(Path model, Queue<Readings> all) {
    Readings readings = new Readings();
    all.add(readings);
    return new OpenedModel(
        model,
        directory -> {
          readings.configs().incrementAndGet();
          return ConfigReader.read(directory);
        },
        directory -> {
          readings.checkpoints().incrementAndGet();
          return Checkpoint.open(directory);
        },
        checkpoint -> {
          readings.hashes().incrementAndGet();
          return new ModelHash(Optional.empty()).of(checkpoint);
        });
  }

  private static int run(JobTable table, Order order, Communicator world) {
    try (RankJob job = table.open(order)) {
      job.agree(world);
      return job.run(
          order.text(),
          new RankContext(
              world,
              world.size(),
              Binding.NONE,
              "none",
              new Activity(),
              InputStream.nullInputStream(),
              Optional.empty()));
    }
  }
}
