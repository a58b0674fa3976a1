package kvasir.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import kvasir.cache.Batch;
import kvasir.cache.BlockMemory;
import kvasir.cache.BlockTables;
import kvasir.cache.CacheShape;
import kvasir.cache.KvCache;
import kvasir.cache.KvTypes;
import kvasir.cache.Ownership;
import kvasir.cluster.Communicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.kernel.Kernels;
import kvasir.kernel.ScalarKernels;
import kvasir.kernel.Scratch;
import kvasir.kernel.VectorKernels;
import kvasir.team.Team;
import kvasir.team.ThreadTeam;
import kvasir.tensor.DType;
import kvasir.tensor.StorageFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attention of a batch whose sequences share first blocks, which tiles read once for all. */
class SharedTilesTest {
  private static final int BLOCK = 16;
  private static final int SHARDS = 8;

  /**
   * One sequence of a batch.
   *
   * @param blocks identities of its blocks; equal ones are shared
   * @param first position of its first row
   * @param count number of its rows
   */
  private record Line(List<Integer> blocks, int first, int count) {
    static Line of(List<Integer> blocks, int end, int count) {
      return new Line(blocks, end - count, count);
    }
  }

  /** Sequences and their common shape; all numbers follow from the seed. */
  private record Mix(AttentionShape shape, StorageFormat type, List<Line> lines, long seed) {
    int rows() {
      return lines.stream().mapToInt(Line::count).sum();
    }

    float[] queries() {
      return random(seed, rows() * shape.heads() * shape.headDim());
    }

    static float[] random(long seed, int n) {
      Random random = new Random(seed);
      float[] x = new float[n];
      for (int i = 0; i < n; i++) {
        x[i] = (float) random.nextGaussian();
      }
      return x;
    }
  }

  /** Draws sequences that branch off one another at ends of blocks. */
  private static Mix draw(long seed) {
    Random random = new Random(seed);
    int[][] heads = {{2, 2}, {4, 2}, {8, 1}, {6, 2}};
    int[] pair = heads[random.nextInt(heads.length)];
    List<List<Integer>> chains = new ArrayList<>();
    List<Line> lines = new ArrayList<>();
    int next = 0;
    int sequences = 1 + random.nextInt(40);
    for (int i = 0; i < sequences; i++) {
      List<Integer> chain = new ArrayList<>();
      if (!chains.isEmpty() && random.nextInt(5) > 0) {
        List<Integer> parent = chains.get(random.nextInt(chains.size()));
        chain.addAll(parent.subList(0, random.nextInt(parent.size() + 1)));
      }
      int shared = chain.size() * BLOCK;
      int end = shared + 1 + random.nextInt(5 * BLOCK);
      while (chain.size() * BLOCK < end) {
        chain.add(next++);
      }
      int most = random.nextInt(4) == 0 ? 40 : 2;
      chains.add(chain);
      lines.add(Line.of(chain, end, Math.min(end - shared, 1 + random.nextInt(most))));
    }
    StorageFormat type = KvTypes.ALL.get(random.nextInt(KvTypes.ALL.size()));
    return new Mix(AttentionShape.of(pair[0], pair[1], 24), type, lines, seed);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8})
  void rowsHaveTheBitsOfTheirSequenceAlone(int ranks) {
    for (int seed = 0; seed < 12; seed++) {
      Mix mix = draw(1000L * ranks + seed);
      Kernels kernels = seed % 4 == 0 ? new ScalarKernels() : new VectorKernels();
      int threads = 1 + seed % 3;
      float[] together = run(mix, mix.lines(), ranks, threads, kernels);
      int row = 0;
      int floats = mix.shape().heads() * mix.shape().headDim();
      for (Line line : mix.lines()) {
        float[] alone = run(mix, List.of(line), 1, 1, kernels);
        float[] part = new float[line.count() * floats];
        System.arraycopy(together, row * floats, part, 0, part.length);
        Bits.assertSame(alone, part, "row " + row + " of seed " + mix.seed());
        row += line.count();
      }
    }
  }

  @Test
  void sequencesThatShareBlocksShareTiles() {
    List<Integer> document = List.of(0, 1, 2);
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      List<Integer> chain = new ArrayList<>(document);
      chain.add(10 + i);
      lines.add(Line.of(chain, 3 * BLOCK + 1 + i % BLOCK, 1));
    }
    lines.add(7, Line.of(List.of(50), 9, 1));
    CacheShape cache = new CacheShape(1, 1, 8, DType.F32, BLOCK, SHARDS);
    Ownership ownership = new Ownership(SHARDS, 1);
    try (BlockMemory memory = new BlockMemory(cache, 0)) {
      TileList list = new TileList();
      list.divide(batch(memory, ownership, 0, lines, null), 4, 16);
      List<Integer> segments = new ArrayList<>();
      for (int tile = 0; tile < list.size(); tile++) {
        segments.add(list.endSegment(tile) - list.firstSegment(tile));
        for (int at = list.firstSegment(tile) + 1; at < list.endSegment(tile); at++) {
          assertEquals(3, list.common(at));
        }
      }
      assertEquals(List.of(16, 4, 1), segments);
      list.divide(batch(memory, ownership, 0, lines, null), 4, 0);
      assertEquals(lines.size(), list.size());
    }
  }

  @Test
  void everyRowIsInOneTile() {
    for (int seed = 0; seed < 100; seed++) {
      Mix mix = draw(seed);
      CacheShape cache = new CacheShape(1, 1, 8, DType.F32, BLOCK, SHARDS);
      Ownership ownership = new Ownership(SHARDS, 1);
      try (BlockMemory memory = new BlockMemory(cache, 0)) {
        TileList list = new TileList();
        list.divide(batch(memory, ownership, 0, mix.lines(), null), 3, 7);
        int[] seen = new int[mix.rows()];
        for (int tile = 0; tile < list.size(); tile++) {
          int rows = list.rows(list.firstSegment(tile), list.endSegment(tile));
          assertTrue(rows <= 7);
          for (int at = list.firstSegment(tile); at < list.endSegment(tile); at++) {
            for (int row = list.from(at); row < list.to(at); row++) {
              seen[row]++;
            }
          }
        }
        assertArrayEquals(IntStream.generate(() -> 1).limit(seen.length).toArray(), seen);
      }
    }
  }

  private static float[] run(Mix mix, List<Line> lines, int ranks, int threads, Kernels kernels) {
    Ownership ownership = new Ownership(SHARDS, ranks);
    List<float[]> outputs =
        LocalWorld.run(
            ranks,
            Duration.ofSeconds(60),
            world -> runRank(mix, lines, ownership, threads, kernels, world));
    outputs.forEach(output -> Bits.assertSame(outputs.getFirst(), output, "ranks"));
    return outputs.getFirst();
  }

  private static float[] runRank(
      Mix mix,
      List<Line> lines,
      Ownership ownership,
      int threads,
      Kernels kernels,
      Communicator world) {
    AttentionShape shape = mix.shape();
    CacheShape cache =
        new CacheShape(1, shape.kvHeads(), shape.headDim(), mix.type(), BLOCK, SHARDS);
    try (Team team = ThreadTeam.of(threads);
        BlockMemory memory = new BlockMemory(cache, world.rank())) {
      Batch batch = batch(memory, ownership, world.rank(), lines, kernels);
      int floats = shape.heads() * shape.headDim();
      float[] q = new float[batch.rows() * floats];
      int skipped = 0;
      int row = 0;
      float[] all = mix.queries();
      for (Line line : mix.lines()) {
        if (lines.contains(line)) {
          System.arraycopy(all, skipped * floats, q, row * floats, line.count() * floats);
          row += line.count();
        }
        skipped += line.count();
      }
      float[] out = new float[q.length];
      MergeTopology topology =
          List.of(MergeTopology.values()).get((int) (mix.seed() % MergeTopology.values().length));
      new ShardedAttention(
              shape,
              AttentionKind.STREAMING,
              kernels,
              team,
              world,
              cache,
              ownership,
              topology,
              AttentionCase.LINK,
              null)
          .attend(0, batch, q, out);
      return out;
    }
  }

  /** Fills a rank's memory with the lines' blocks, whose content follows from their identity. */
  private static Batch batch(
      BlockMemory memory, Ownership ownership, int rank, List<Line> lines, Kernels kernels) {
    int[] capacities = new int[ownership.ranks()];
    Arrays.fill(capacities, Integer.MAX_VALUE);
    BlockTables tables = new BlockTables(BLOCK, ownership, capacities);
    Map<Integer, Integer> slots = new HashMap<>();
    int[] used = new int[ownership.ranks()];
    List<Batch.Span> spans = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      tables.start(i, new int[0]);
      KvCache cache = new KvCache(memory, ownership, rank, tables, i);
      List<Integer> chain = lines.get(i).blocks();
      for (int block = 0; block < chain.size(); block++) {
        int at = block;
        boolean isNew = !slots.containsKey(chain.get(block));
        int slot = slots.computeIfAbsent(chain.get(block), id -> used[ownership.rankOfBlock(at)]++);
        tables.add(i, block, slot);
        if (isNew && cache.owns(block)) {
          memory.reach(slot);
          fill(cache, block, chain.get(block), kernels);
        }
      }
      cache.setTokens(lines.get(i).first() + lines.get(i).count());
      spans.add(new Batch.Span(cache, lines.get(i).first(), lines.get(i).count()));
    }
    return new Batch(spans);
  }

  private static void fill(KvCache cache, int block, int identity, Kernels kernels) {
    if (kernels == null) {
      return;
    }
    CacheShape shape = cache.shape();
    Scratch scratch = new Scratch();
    int dim = shape.headDim();
    float[] numbers = Mix.random(identity, 2 * BLOCK * shape.kvHeads() * dim);
    for (int token = 0; token < BLOCK; token++) {
      for (int head = 0; head < shape.kvHeads(); head++) {
        int at = 2 * (token * shape.kvHeads() + head) * dim;
        kernels.encodeOutput(numbers, at, cache.keys(0, head, block), token, scratch);
        kernels.encodeInput(numbers, at + dim, cache.values(0, head, block), token);
      }
    }
  }
}
