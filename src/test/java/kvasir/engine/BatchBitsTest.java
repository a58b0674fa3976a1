package kvasir.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random mixes of sequences in one batch: every row of logits has the bits that it has when its
 * sequence is computed alone, token by token (B1, B2, B3).
 */
class BatchBitsTest {
  private static final Path MODEL = Path.of("src/test/resources/golden/qwen3-yarn");
  private static final int CONTEXT = 128;
  private static final int VOCABULARY = 48;

  private static EngineSettings settings(
      AttentionKind attention, Kernels kernels, int threads, int block, MergeTopology merge) {
    Distribution distribution = new Distribution(List.of(), merge, 0);
    return new EngineSettings(
        MODEL, DType.BF16, attention, kernels, threads, Binding.NONE, block, 16, 512, distribution);
  }

  /** Sequences, and for each step the number of tokens that each of them computes. */
  private record Mix(List<int[]> sequences, List<int[]> steps) {
    static Mix of(long seed) {
      Random random = new Random(seed);
      List<int[]> sequences = new ArrayList<>();
      int count = random.nextInt(1, random.nextBoolean() ? 7 : 65);
      for (int i = 0; i < count; i++) {
        int length = random.nextInt(1, random.nextInt(8) == 0 ? CONTEXT : 41);
        sequences.add(random.ints(length, 3, VOCABULARY).toArray());
      }
      int[] left = sequences.stream().mapToInt(ids -> ids.length).toArray();
      List<int[]> steps = new ArrayList<>();
      while (Arrays.stream(left).sum() > 0) {
        int[] step = new int[count];
        for (int i = 0; i < count; i++) {
          int most = random.nextInt(3) == 0 ? 0 : random.nextInt(4) == 0 ? 60 : 1;
          step[i] = Math.min(left[i], most == 60 ? random.nextInt(1, 61) : most);
          left[i] -= step[i];
        }
        if (Arrays.stream(step).sum() > 0) {
          steps.add(step);
        }
      }
      return new Mix(sequences, steps);
    }
  }

  /** Returns the logits of all tokens of each sequence, computed alone and one by one. */
  private static List<float[]> alone(EngineSettings settings, List<int[]> sequences) {
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

  private static void check(EngineSettings settings, int ranks, long seed) {
    Mix mix = Mix.of(seed);
    List<float[]> expected = alone(settings, mix.sequences());
    List<float[]> actual =
        LocalWorld.run(ranks, Duration.ofSeconds(60), world -> mixed(settings, world, mix, seed))
            .getFirst();
    for (int i = 0; i < expected.size(); i++) {
      for (int j = 0; j < expected.get(i).length; j++) {
        assertEquals(
            Float.floatToRawIntBits(expected.get(i)[j]),
            Float.floatToRawIntBits(actual.get(i)[j]),
            "seed %d, sequence %d, token %d, %d ranks".formatted(seed, i, j / VOCABULARY, ranks));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 16, AUTO",
    "1, 2, 16, AUTO",
    "2, 1, 32, TREE",
    "2, 2, 16, BUTTERFLY",
    "3, 1, 16, GATHER",
    "3, 2, 16, ALLTOALL",
    "5, 1, 16, TREE",
    "5, 1, 64, ALLTOALL",
    "8, 1, 16, BUTTERFLY",
    "8, 1, 16, GATHER"
  })
  void aRowOfAMixHasTheBitsOfItsSequenceAlone(
      int ranks, int threads, int block, MergeTopology merge) {
    for (long seed = 0; seed < 4; seed++) {
      long number = seed + 1000L * ranks + 100L * threads + block;
      check(
          settings(AttentionKind.STREAMING, new VectorKernels(), threads, block, merge),
          ranks,
          number);
    }
  }

  @Test
  void scalarKernelsAndStandardAttentionDoToo() {
    check(
        settings(AttentionKind.STREAMING, new ScalarKernels(), 2, 16, MergeTopology.AUTO), 2, 5001);
    check(
        settings(AttentionKind.STANDARD, new VectorKernels(), 2, 16, MergeTopology.AUTO), 3, 5002);
  }
}
