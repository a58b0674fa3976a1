package kvasir.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kvasir.cache.KvTypes;
import kvasir.kernel.Kernels;
import kvasir.kernel.ScalarKernels;
import kvasir.kernel.VectorKernels;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.DType;
import kvasir.tensor.Shares;
import kvasir.tensor.StorageFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Execution(ExecutionMode.CONCURRENT)
class ShardedAttentionTest {
  private static final Kernels VECTOR = new VectorKernels();
  private static final Kernels SCALAR = new ScalarKernels();
  private static final List<MergeTopology> TOPOLOGIES = List.of(MergeTopology.values());
  private static final int[] HEAD_DIMS = {16, 40, 64, 80, 96, 128, 256};
  private static final int[][] HEADS = {{1, 1}, {4, 4}, {8, 2}, {8, 1}, {16, 8}, {32, 8}};
  private static final int[] QUERIES = {1, 2, 3, 17, 64, 127, 128};
  private static final int[] KEYS = {1, 2, 63, 64, 65, 127, 128, 129, 1000, 4097};
  private static final int[] BLOCKS = {16, 32, 64, 128, 256};
  private static final int[] SHARDS = {1, 2, 4, 16, 64};
  // Bounds the oracle's time for one case.
  private static final long MOST_WORK = 60_000_000;

  private static AttentionCase.Way way(int ranks, int threads, AttentionKind kind, Kernels k) {
    MergeTopology topology = TOPOLOGIES.get(ranks % TOPOLOGIES.size());
    return new AttentionCase.Way(threads, kind, k, topology, Shares.even(ranks));
  }

  /** Returns cases with every value of every axis, the other axes drawn by seed. */
  static Stream<AttentionCase> grid() {
    Random random = new Random(20261120);
    List<AttentionCase> cases = new ArrayList<>();
    for (int repeat = 0; repeat < 4; repeat++) {
      for (int dim : HEAD_DIMS) {
        for (int[] heads : HEADS) {
          cases.add(draw(random, dim, heads, 1.0));
        }
      }
    }
    for (int keys : KEYS) {
      for (int queries : QUERIES) {
        if (queries <= keys) {
          cases.add(
              new AttentionCase(
                  AttentionShape.of(4, 2, 16),
                  pick(random, TYPES),
                  BLOCKS[random.nextInt(BLOCKS.length)],
                  SHARDS[random.nextInt(SHARDS.length)],
                  queries,
                  keys,
                  1.0,
                  random.nextInt(1000)));
        }
      }
    }
    return cases.stream();
  }

  private static AttentionCase draw(Random random, int dim, int[] heads, double spread) {
    while (true) {
      int keys = KEYS[random.nextInt(KEYS.length)];
      int queries = QUERIES[random.nextInt(QUERIES.length)];
      int block = BLOCKS[random.nextInt(BLOCKS.length)];
      int shards = SHARDS[random.nextInt(SHARDS.length)];
      if (queries <= keys && (long) queries * keys * heads[0] * dim <= MOST_WORK) {
        return new AttentionCase(
            AttentionShape.of(heads[0], heads[1], dim),
            pick(random, TYPES),
            block,
            shards,
            queries,
            keys,
            spread,
            random.nextInt(1000));
      }
    }
  }

  private static final StorageFormat[] TYPES = KvTypes.ALL.toArray(StorageFormat[]::new);

  private static <T> T pick(Random random, T[] of) {
    return of[random.nextInt(of.length)];
  }

  @ParameterizedTest
  @MethodSource("grid")
  void errsAtMostTwiceAsMuchAsPlainFloat32(AttentionCase c) {
    List<float[]> outputs =
        Stream.of(AttentionKind.values()).map(kind -> c.run(way(1, 1, kind, VECTOR))).toList();
    assertTwiceFloat32(c, outputs);
  }

  private static void assertTwiceFloat32(AttentionCase c, List<float[]> outputs) {
    double[] oracle = AttentionOracle.inDouble(c, SCALAR);
    double plain = AttentionOracle.maxError(oracle, AttentionOracle.inFloat(c, SCALAR));
    // A few units in the last place of a value: where plain float32 happens to be exact.
    double slack = 1e-6;
    for (float[] output : outputs) {
      double ours = AttentionOracle.maxError(oracle, output);
      assertTrue(ours <= 2 * plain + slack, c + ": " + ours + " against " + plain);
    }
  }

  @ParameterizedTest
  @MethodSource("grid")
  void scalarAndVectorKernelsGiveTheSameBits(AttentionCase c) {
    for (AttentionKind kind : AttentionKind.values()) {
      Bits.assertSame(
          c.run(way(1, 1, kind, SCALAR)), c.run(way(1, 1, kind, VECTOR)), kind + " " + c);
    }
  }

  @Test
  void everyLayoutGivesTheSameBits() {
    Random random = new Random(7);
    for (int round = 0; round < 6; round++) {
      AttentionCase drawn = draw(random, HEAD_DIMS[round], HEADS[round], 1.0);
      AttentionCase c =
          new AttentionCase(
              drawn.shape(), drawn.type(), 16, 16, drawn.queries(), drawn.length(), 1, round);
      for (AttentionKind kind : AttentionKind.values()) {
        float[] expected = c.run(way(1, 1, kind, VECTOR));
        for (int ranks = 1; ranks <= 9; ranks++) {
          int threads = 1 + (round + ranks) % 3;
          Bits.assertSame(
              expected,
              c.run(way(ranks, threads, kind, VECTOR)),
              kind + ", " + ranks + " x " + threads + ", " + c);
        }
      }
    }
  }

  @Test
  void everyTopologyAndShareGivesTheSameBits() {
    List<Shares> uneven =
        List.of(
            new Shares(List.of(2, 1, 1)),
            new Shares(List.of(1, 9)),
            new Shares(List.of(1, 5, 1, 3, 2)),
            new Shares(List.of(50, 1, 1, 1)));
    for (int queries : new int[] {1, 2, 77}) {
      AttentionCase c =
          new AttentionCase(
              AttentionShape.of(6, 3, 40), DType.BF16, 16, 16, queries, 200, 1, queries);
      float[] expected = c.run(way(1, 1, AttentionKind.STREAMING, VECTOR));
      List<Shares> all = new ArrayList<>(uneven);
      IntStream.rangeClosed(2, 16).mapToObj(Shares::even).forEach(all::add);
      for (MergeTopology topology : MergeTopology.values()) {
        for (Shares shares : all) {
          AttentionCase.Way way =
              new AttentionCase.Way(2, AttentionKind.STREAMING, VECTOR, topology, shares);
          Bits.assertSame(expected, c.run(way), topology + " " + shares + " " + c);
        }
      }
    }
  }

  @Test
  void ranksThatOwnNothingDoNotChangeABit() {
    // Three blocks over sixteen shards and nine ranks: most ranks are empty.
    AttentionCase c =
        new AttentionCase(AttentionShape.of(4, 2, 40), DType.F32, 16, 16, 3, 40, 1, 1);
    float[] expected = c.run(way(1, 1, AttentionKind.STREAMING, VECTOR));
    for (int ranks = 2; ranks <= 16; ranks++) {
      Bits.assertSame(
          expected, c.run(way(ranks, 1, AttentionKind.STREAMING, VECTOR)), ranks + " ranks");
    }
  }

  @Test
  void aTokensBitsDoNotDependOnItsBatch() {
    for (AttentionKind kind : AttentionKind.values()) {
      AttentionCase whole =
          new AttentionCase(AttentionShape.of(8, 2, 64), DType.BF16, 16, 8, 129, 129, 1, 5);
      float[] prefill = whole.run(way(2, 2, kind, VECTOR));
      int width = 8 * 64;
      AttentionCase last =
          new AttentionCase(AttentionShape.of(8, 2, 64), DType.BF16, 16, 8, 129, 129, 1, 5);
      float[] q = last.q();
      for (int token : new int[] {0, 1, 15, 16, 17, 63, 127, 128}) {
        float[] decoded = decodeOne(whole, kind, q, token, width);
        Bits.assertSame(
            java.util.Arrays.copyOfRange(prefill, token * width, (token + 1) * width),
            decoded,
            kind + " token " + token);
      }
    }
  }

  private static float[] decodeOne(
      AttentionCase c, AttentionKind kind, float[] q, int token, int width) {
    kvasir.cache.CacheShape shape =
        new kvasir.cache.CacheShape(
            1, c.shape().kvHeads(), c.shape().headDim(), c.type(), c.block(), c.shards());
    try (kvasir.team.Team team = kvasir.team.ThreadTeam.of(1);
        kvasir.cache.BlockMemory memory = new kvasir.cache.BlockMemory(shape, 0)) {
      kvasir.cache.Ownership ownership = new kvasir.cache.Ownership(c.shards(), 1);
      kvasir.cache.KvCache cache = new kvasir.cache.KvCache(memory, ownership, 0);
      cache.extend(token + 1);
      kvasir.kernel.Scratch scratch = new kvasir.kernel.Scratch();
      float[] k = c.keys(VECTOR);
      float[] v = c.values(VECTOR);
      for (int t = 0; t <= token; t++) {
        for (int head = 0; head < shape.kvHeads(); head++) {
          int from = (t * shape.kvHeads() + head) * shape.headDim();
          int block = t / c.block();
          VECTOR.encodeOutput(k, from, cache.keys(0, head, block), t % c.block(), scratch);
          VECTOR.encodeInput(v, from, cache.values(0, head, block), t % c.block());
        }
      }
      float[] out = new float[width];
      new ShardedAttention(
              c.shape(),
              kind,
              VECTOR,
              team,
              new kvasir.cluster.SoloCommunicator(),
              shape,
              ownership,
              MergeTopology.AUTO,
              AttentionCase.LINK,
              null)
          .attend(
              0,
              kvasir.cache.Batch.of(cache, token, 1),
              java.util.Arrays.copyOfRange(q, token * width, (token + 1) * width),
              out);
      return out;
    }
  }

  @Test
  void extremeScoresStayExactAndFinite() {
    // Products of queries and keys of this spread reach scores of the order of 1e4 and 2e5.
    for (double spread : new double[] {0, 50, 250}) {
      for (StorageFormat type : List.of(DType.F32, DType.BF16, BlockFormat.Q8_0)) {
        AttentionCase c =
            new AttentionCase(AttentionShape.of(4, 2, 64), type, 16, 4, 17, 300, spread, 3);
        for (AttentionKind kind : AttentionKind.values()) {
          float[] out = c.run(way(3, 2, kind, VECTOR));
          for (float x : out) {
            assertTrue(Float.isFinite(x), kind + " " + c);
          }
          if (spread == 0) {
            assertTwiceFloat32(c, List.of(out));
          }
          Bits.assertSame(c.run(way(1, 1, kind, SCALAR)), out, kind + " " + c);
        }
      }
    }
  }

  @Test
  void repeatedRunsHaveNoRace() {
    AttentionCase c =
        new AttentionCase(AttentionShape.of(8, 2, 40), DType.BF16, 16, 8, 17, 129, 1, 9);
    float[] expected = c.run(way(1, 1, AttentionKind.STREAMING, VECTOR));
    for (int repeat = 0; repeat < 250; repeat++) {
      Bits.assertSame(
          expected, c.run(way(1, 3, AttentionKind.STREAMING, VECTOR)), "repeat " + repeat);
    }
  }

  @Test
  void aLongDecodeErrsAtMostTwiceAsMuchAsPlainFloat32() {
    for (int keys : new int[] {16_384, 131_072}) {
      AttentionCase c =
          new AttentionCase(AttentionShape.of(2, 1, 64), DType.BF16, 64, 16, 1, keys, 1, 2);
      float[] out = c.run(way(3, 1, AttentionKind.STREAMING, VECTOR));
      assertTwiceFloat32(c, List.of(out));
      Bits.assertSame(c.run(way(1, 2, AttentionKind.STREAMING, VECTOR)), out, "long decode");
    }
  }

  @Test
  void theMassesOfAllRanksAddUpToOne() {
    AttentionCase c =
        new AttentionCase(AttentionShape.of(4, 2, 16), DType.F32, 16, 16, 5, 500, 1, 4);
    for (int ranks : new int[] {1, 3, 4}) {
      double total = AttentionMasses.of(c, ranks).stream().mapToDouble(d -> d).sum();
      assertEquals(1.0, total, 1e-6, ranks + " ranks");
    }
  }
}
