package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import kvasir.EditedModel;
import kvasir.Mpirun;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cache.CacheShape;
import kvasir.cache.Ownership;
import kvasir.cli.job.BatchJob;
import kvasir.cli.job.JobTable;
import kvasir.cli.terminal.Output;
import kvasir.cli.terminal.StatusLine;
import kvasir.engine.EngineOptions;
import kvasir.launch.JavaCommand;
import kvasir.launch.ThisProcess;
import kvasir.launch.Transport;
import kvasir.launch.World;
import kvasir.measure.Activity;
import kvasir.tensor.DType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random batches of 1 to 40 requests of 1 to {@value #CONTEXT} tokens, with shared beginnings and
 * small pools, on ranks that are processes: each result is that of its request alone in one
 * process, to the last digit of each log-probability (B5).
 */
@Timeout(180)
class RandomBatchesTest {
  private static final int CONTEXT = 600;
  private static final int VOCABULARY = 48;
  private static final int BLOCK = 16;
  private static final int SHARDS = 16;
  private static final int RANKS = 3;
  private static final int BATCHES = 4;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final CacheShape SHAPE = new CacheShape(2, 2, 16, DType.F32, BLOCK, SHARDS);

  @TempDir static Path folder;
  private static Path model;

  /**
   * Lines of a batch.
   *
   * @param longest tokens of the longest sequence with its output
   */
  private record Lines(List<String> text, int longest) {
    static Lines of(long seed) {
      RandomGenerator random = new SplittableRandom(seed);
      List<int[]> beginnings = new ArrayList<>();
      for (int most : new int[] {500, 70, 40}) {
        beginnings.add(random.ints(random.nextInt(1, most), 3, VOCABULARY).toArray());
      }
      List<String> text = new ArrayList<>();
      int longest = 0;
      int count = random.nextInt(1, 41);
      for (int i = 0; i < count; i++) {
        int[] before = random.nextInt(3) > 0 ? beginnings.get(random.nextInt(3)) : new int[0];
        int[] own = random.ints(random.nextInt(1, i == 0 ? 600 : 40), 3, VOCABULARY).toArray();
        int[] prompt =
            IntStream.concat(Arrays.stream(before), Arrays.stream(own)).limit(CONTEXT).toArray();
        int tokens = random.nextInt(1, 60);
        longest = Math.max(longest, Math.min(CONTEXT, prompt.length + tokens));
        text.add(
            "{\"id\": %d, \"tokens\": %s, \"max_tokens\": %d, \"logprobs\": %d%s}"
                .formatted(i, Arrays.toString(prompt), tokens, VOCABULARY, options(random)));
      }
      return new Lines(text, longest);
    }

    private static String options(RandomGenerator random) {
      return switch (random.nextInt(4)) {
        case 0 -> "";
        case 1 -> ", \"repetition_penalty\": 1.3, \"presence_penalty\": 0.4, \"ignore_eos\": true";
        case 2 ->
            ", \"temperature\": %s, \"top_k\": %d, \"seed\": %d, \"n\": 2"
                .formatted(random.nextDouble(0.2, 2), random.nextInt(9), random.nextLong());
        default ->
            ", \"temperature\": 3, \"top_p\": 0.95, \"min_p\": 0.02, \"logit_bias\": {\"%d\": 2}"
                .formatted(random.nextInt(VOCABULARY));
      };
    }

    /** Returns the bytes of the smallest pool that the longest sequence fits. */
    long smallestPool() {
      Ownership ownership = new Ownership(SHARDS, RANKS);
      int blocks = SHAPE.blocks(longest);
      return IntStream.range(0, RANKS)
              .map(rank -> ownership.ownedBlocks(rank, blocks))
              .max()
              .orElseThrow()
          * SHAPE.blockBytes();
    }
  }

  @BeforeAll
  static void computeEachRequestAlone() throws Exception {
    model =
        EditedModel.golden("qwen3-yarn", folder.resolve("model"))
            .config(config -> config.put("max_position_embeddings", CONTEXT))
            .folder();
    try (World world = open(Transport.INPROCESS, 1)) {
      for (int batch = 0; batch < BATCHES; batch++) {
        Files.write(input(batch), Lines.of(batch).text());
        run(world, Transport.INPROCESS, batch, job(batch, "alone", 512, 1, 0, false));
      }
    }
  }

  private static Path input(int batch) {
    return folder.resolve("in" + batch);
  }

  private static Path output(int batch, String name) {
    return folder.resolve("out" + batch + name);
  }

  private static World open(Transport transport, int ranks) {
    ThisProcess process =
        ThisProcess.own(
            new JobTable(new Output(StatusLine.of(new Activity()))),
            new KeptConsole(),
            new Activity(),
            new JavaCommand(Main.class));
    return process.open(WorldTest.settings(transport, ranks));
  }

  private static BatchJob job(
      int batch, String name, int chunk, int maxSequences, long kvBytes, boolean sharing) {
    EngineOptions engine =
        new EngineOptions(
            model.toString(),
            DType.F32,
            AttentionKind.STREAMING,
            EngineOptions.KernelKind.VECTOR,
            BLOCK,
            SHARDS,
            chunk,
            List.of(),
            false,
            MergeTopology.AUTO,
            0);
    return new BatchJob(
        engine,
        input(batch).toString(),
        output(batch, name).toString(),
        maxSequences,
        kvBytes,
        TimeUnit.MILLISECONDS.toNanos(150),
        sharing,
        null,
        true);
  }

  private static void run(World world, Transport transport, int batch, BatchJob job)
      throws Exception {
    int ranks = transport == Transport.INPROCESS ? 1 : RANKS;
    int code =
        world
            .order(JobTable.order(job, WorldTest.settings(transport, ranks)))
            .get(60, TimeUnit.SECONDS);
    assertEquals(0, code, "batch " + batch);
  }

  /** Returns the results without their times, in the order of their ids. */
  private static List<String> results(Path file) throws IOException {
    List<String> results = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      ObjectNode result = (ObjectNode) JSON.readTree(line);
      result.remove("timings");
      results.add(result.toString());
    }
    results.sort(null);
    return results;
  }

  @ParameterizedTest
  @EnumSource(names = {"MPJ", "NATIVE"})
  void eachResultIsThatOfItsRequestAlone(Transport transport) throws Exception {
    if (transport == Transport.NATIVE) {
      Mpirun.need();
    }
    try (World world = open(transport, RANKS)) {
      // Each transport computes every second batch.
      for (int batch = transport == Transport.MPJ ? 0 : 1; batch < BATCHES; batch += 2) {
        long kvBytes = batch < 2 ? Lines.of(batch).smallestPool() : 0;
        int chunk = new int[] {33, 512, 7, 64}[batch];
        run(world, transport, batch, job(batch, transport.name(), chunk, 32, kvBytes, batch != 3));
        List<String> expected = results(output(batch, "alone"));
        assertEquals(expected, results(output(batch, transport.name())), "batch " + batch);
        assertEquals(Files.readAllLines(input(batch)).size(), expected.size());
      }
    }
  }
}
