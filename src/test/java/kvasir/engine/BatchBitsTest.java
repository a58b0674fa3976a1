package kvasir.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import kvasir.EditedModel;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cache.Batch;
import kvasir.cache.KvCache;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.kernel.Kernels;
import kvasir.kernel.ScalarKernels;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random mixes of 1 to 64 sequences of 1 to {@value #CONTEXT} tokens in one batch: every row of
 * logits has the bits that it has when its sequence is computed alone, token by token (B1, B2, B3).
 */
@Execution(ExecutionMode.CONCURRENT)
class BatchBitsTest {
  private static final int CONTEXT = 600;
  private static final int VOCABULARY = 48;
  private static final int MIXES_PER_LAYOUT = 7;

  @TempDir static Path folder;
  private static Path model;

  @BeforeAll
  static void writeModel() {
    model =
        EditedModel.golden("qwen3-yarn", folder.resolve("model"))
            .config(config -> config.put("max_position_embeddings", CONTEXT))
            .folder();
  }

  private static EngineSettings settings(
      AttentionKind attention, Kernels kernels, int threads, int block, MergeTopology merge) {
    Distribution distribution = new Distribution(List.of(), merge, 0);
    return new EngineSettings(
        model, DType.BF16, attention, kernels, threads, Binding.NONE, block, 16, 512, distribution);
  }

  /** Sequences, and for each step the number of tokens that each of them computes. */
  private record Mix(List<int[]> sequences, List<int[]> steps) {
    static Mix of(long seed) {
      RandomGenerator random = new SplittableRandom(seed);
      List<int[]> sequences = new ArrayList<>();
      int count = random.nextInt(1, random.nextBoolean() ? 7 : 65);
      for (int i = 0; i < count; i++) {
        int longest = i == 0 || random.nextInt(16) == 0 ? CONTEXT : 41;
        sequences.add(random.ints(random.nextInt(longest) + 1, 3, VOCABULARY).toArray());
      }
      int chunk = 1 << random.nextInt(5, 10);
      int[] left = sequences.stream().mapToInt(ids -> ids.length).toArray();
      List<int[]> steps = new ArrayList<>();
      while (Arrays.stream(left).sum() > 0) {
        int[] step = new int[count];
        for (int i = 0; i < count; i++) {
          int rows =
              switch (random.nextInt(6)) {
                case 0, 1 -> 0;
                case 2 -> random.nextInt(chunk) + 1;
                default -> 1;
              };
          step[i] = Math.min(left[i], rows);
          left[i] -= step[i];
        }
        if (Arrays.stream(step).sum() > 0) {
          steps.add(step);
        }
      }
      return new Mix(sequences, steps);
    }
  }

  /**
   * Returns the logits of all tokens of each sequence, computed alone and one by one by one thread
   * and vector kernels.
   */
  private static List<float[]> alone(EngineSettings mixed, List<int[]> sequences) {
    EngineSettings settings =
        settings(
            mixed.attention(), new VectorKernels(), 1, mixed.blockTokens(), MergeTopology.AUTO);
    List<float[]> logits = new ArrayList<>();
    try (Engine engine =
        new Engine(settings, new SoloCommunicator(), new Activity(), CONTEXT, null)) {
      for (int[] ids : sequences) {
        float[] all = new float[ids.length * VOCABULARY];
        float[] row = new float[VOCABULARY];
        engine.decoder().rewind(0);
        for (int i = 0; i < ids.length; i++) {
          engine.decoder().forward(ids, i, 1);
          engine.decoder().logits(0, 1, row);
          System.arraycopy(row, 0, all, i * VOCABULARY, VOCABULARY);
        }
        logits.add(all);
      }
    }
    return logits;
  }

  /** Returns the logits of all tokens of each sequence on rank 0, computed in the mix's steps. */
  private static List<float[]> mixed(
      EngineSettings settings, Communicator world, Mix mix, long seed) {
    try (Engine engine = new Engine(settings, world, new Activity(), CONTEXT, null)) {
      List<KvCache> caches = caches(engine, mix, world.rank(), seed);
      List<float[]> logits =
          mix.sequences().stream().map(ids -> new float[ids.length * VOCABULARY]).toList();
      int[] done = new int[caches.size()];
      for (int[] step : mix.steps()) {
        List<Batch.Span> spans = new ArrayList<>();
        List<Integer> sequences = new ArrayList<>();
        for (int i = 0; i < step.length; i++) {
          if (step[i] > 0) {
            caches.get(i).setTokens(done[i] + step[i]);
            spans.add(new Batch.Span(caches.get(i), done[i], step[i]));
            sequences.add(i);
          }
        }
        Batch batch = new Batch(spans);
        int[] ids =
            IntStream.range(0, spans.size())
                .flatMap(
                    s ->
                        Arrays.stream(mix.sequences().get(sequences.get(s)))
                            .skip(spans.get(s).first())
                            .limit(spans.get(s).count()))
                .toArray();
        engine.batchDecoder().forward(batch, ids, 0);
        float[] out = new float[batch.rows() * VOCABULARY];
        engine.batchDecoder().logits(0, batch.rows(), out);
        for (int s = 0; s < spans.size(); s++) {
          int at = spans.get(s).first() * VOCABULARY;
          int count = spans.get(s).count();
          float[] to = logits.get(sequences.get(s));
          System.arraycopy(out, batch.start(s) * VOCABULARY, to, at, count * VOCABULARY);
          done[sequences.get(s)] += count;
        }
      }
      return logits;
    }
  }

  /** Returns caches whose blocks lie at random in the rank's memory. */
  private static List<KvCache> caches(Engine engine, Mix mix, int rank, long seed) {
    Random random = new Random(seed * 31 + rank);
    List<KvCache> caches = new ArrayList<>();
    List<Integer> slots = new ArrayList<>();
    int all = mix.sequences().stream().mapToInt(i -> engine.cache().shape().blocks(i.length)).sum();
    IntStream.range(0, all).forEach(slots::add);
    java.util.Collections.shuffle(slots, random);
    for (int[] ids : mix.sequences()) {
      KvCache cache = new KvCache(engine.blocks(), engine.cache().ownership(), rank);
      for (int block = 0; block < engine.cache().shape().blocks(ids.length); block++) {
        cache.add(slots.removeLast());
      }
      caches.add(cache);
    }
    return caches;
  }

  private static int[] bits(float[] values) {
    return IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i])).toArray();
  }

  private static void check(EngineSettings settings, int ranks, long seed) {
    Mix mix = Mix.of(seed);
    List<float[]> expected = alone(settings, mix.sequences());
    List<float[]> actual =
        LocalWorld.run(ranks, Duration.ofSeconds(60), world -> mixed(settings, world, mix, seed))
            .getFirst();
    for (int i = 0; i < expected.size(); i++) {
      int same = Arrays.mismatch(bits(expected.get(i)), bits(actual.get(i)));
      assertEquals(
          -1,
          same < 0 ? -1 : same / VOCABULARY,
          "token of sequence %d that differs; seed %d, %d ranks".formatted(i, seed, ranks));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8})
  void aRowOfAMixHasTheBitsOfItsSequenceAlone(int ranks) {
    MergeTopology[] merges = MergeTopology.values();
    for (int mix = 0; mix < MIXES_PER_LAYOUT; mix++) {
      check(
          settings(
              mix == 12 ? AttentionKind.STANDARD : AttentionKind.STREAMING,
              mix % 8 < 4 ? new VectorKernels() : new ScalarKernels(),
              mix % (ranks + 3) == 3 ? 2 : 1,
              16 << mix % 3,
              merges[mix % merges.length]),
          ranks,
          1000L * ranks + mix);
    }
  }
}
