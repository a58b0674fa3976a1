package kvasir.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import kvasir.cache.Batch;
import kvasir.cache.BlockMemory;
import kvasir.cache.CacheShape;
import kvasir.cache.KvCache;
import kvasir.cache.Ownership;
import kvasir.cluster.Communicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.kernel.Kernels;
import kvasir.kernel.VectorKernels;
import kvasir.team.Team;
import kvasir.team.ThreadTeam;
import kvasir.tensor.DType;
import kvasir.tensor.Shares;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Attention mass by block: right by a softmax in double precision, and equal on every layout. */
@Execution(ExecutionMode.CONCURRENT)
class BlockSharesTest {
  private static final Kernels KERNELS = new VectorKernels();

  /** Block shares and output of rank 0 after a run. */
  private record Counted(BlockShares shares, float[] output) {}

  private static AttentionCase decodedToken() {
    return new AttentionCase(AttentionShape.of(4, 2, 16), DType.BF16, 16, 8, 1, 250, 2, 7);
  }

  private static Counted count(AttentionCase c, int ranks, int threads, MergeTopology merge) {
    return LocalWorld.run(ranks, Duration.ofSeconds(60), world -> countOn(world, c, threads, merge))
        .getFirst();
  }

  private static Counted countOn(
      Communicator world, AttentionCase c, int threads, MergeTopology merge) {
    AttentionShape shape = c.shape();
    CacheShape layout =
        new CacheShape(1, shape.kvHeads(), shape.headDim(), c.type(), c.block(), c.shards());
    Ownership ownership = new Ownership(c.shards(), world.size());
    int blocks = layout.blocks(c.length());
    AttentionMass mass = new AttentionMass(1, shape.heads(), blocks);
    float[] output = new float[shape.heads() * shape.headDim()];
    try (Team team = ThreadTeam.of(threads);
        BlockMemory memory = new BlockMemory(layout, world.rank())) {
      KvCache cache = new KvCache(memory, ownership, world.rank());
      c.fill(cache, KERNELS);
      ShardedAttention attention =
          new ShardedAttention(
              shape,
              AttentionKind.STREAMING,
              KERNELS,
              team,
              world,
              layout,
              ownership,
              merge,
              AttentionCase.LINK,
              mass);
      Batch batch = Batch.of(cache, c.length() - 1, 1);
      attention.attend(0, batch, c.q(), output);
      attention.attend(0, batch, c.q(), output);
    }
    return new Counted(BlockShares.gather(world, mass, ownership, blocks), output);
  }

  @Test
  void theSharesAreThoseOfASoftmaxInDoublePrecision() {
    AttentionCase c = decodedToken();
    BlockShares shares = count(c, 1, 1, MergeTopology.TREE).shares();
    assertEquals(16, shares.blocks());
    for (int head = 0; head < c.shape().heads(); head++) {
      double[] expected = AttentionOracle.blockShares(c, KERNELS, head);
      double sum = 0;
      for (int block = 0; block < shares.blocks(); block++) {
        assertEquals(expected[block], shares.share(0, head, block), 1e-6, head + ", " + block);
        sum += shares.share(0, head, block);
      }
      assertEquals(1, sum, 1e-6);
    }
  }

  @Test
  void everyLayoutCountsTheSameAndChangesNoBit() {
    AttentionCase c = decodedToken();
    Counted alone = count(c, 1, 1, MergeTopology.TREE);
    for (int ranks = 1; ranks <= 8; ranks++) {
      for (MergeTopology merge : MergeTopology.values()) {
        Counted other = count(c, ranks, 1 + ranks % 3, merge);
        String layout = ranks + " ranks, " + merge;
        assertArrayEquals(alone.shares().shares(), other.shares().shares(), layout);
        assertArrayEquals(alone.output(), other.output(), layout);
      }
    }
  }

  /** Shares of rows of a batch by block, {@code [row, block]}, and its output. */
  private record Watched(double[][] shares, float[] output) {}

  private static Watched watch(AttentionCase c, int ranks, int threads, MergeTopology merge) {
    List<Watched> ofRanks =
        LocalWorld.run(ranks, Duration.ofSeconds(60), world -> watchOn(world, c, threads, merge));
    double[][] sums = ofRanks.getFirst().shares();
    for (Watched other : ofRanks.subList(1, ranks)) {
      for (int row = 0; row < sums.length; row++) {
        for (int block = 0; block < sums[row].length; block++) {
          // A block has a share on its own rank only.
          sums[row][block] += other.shares()[row][block];
        }
      }
    }
    return new Watched(sums, ofRanks.getFirst().output());
  }

  private static Watched watchOn(
      Communicator world, AttentionCase c, int threads, MergeTopology merge) {
    AttentionShape shape = c.shape();
    CacheShape layout =
        new CacheShape(1, shape.kvHeads(), shape.headDim(), c.type(), c.block(), c.shards());
    Ownership ownership = new Ownership(c.shards(), world.size());
    float[] output = new float[c.queries() * shape.heads() * shape.headDim()];
    int first = c.length() - c.queries();
    List<RowMass> rows = new ArrayList<>();
    for (int row = 0; row < c.queries(); row += 2) {
      rows.add(new RowMass(row, shape.heads(), layout.blocks(first + row + 1)));
    }
    try (Team team = ThreadTeam.of(threads);
        BlockMemory memory = new BlockMemory(layout, world.rank())) {
      KvCache cache = new KvCache(memory, ownership, world.rank());
      c.fill(cache, KERNELS);
      ShardedAttention attention =
          new ShardedAttention(
              shape,
              AttentionKind.STREAMING,
              KERNELS,
              team,
              world,
              layout,
              ownership,
              merge,
              AttentionCase.LINK,
              null);
      Batch batch = Batch.of(cache, first, c.queries());
      attention.watch(rows);
      attention.attend(0, batch, c.q(), output);
      attention.watch(List.of());
      attention.attend(0, batch, c.q(), output);
    }
    double[][] shares = new double[rows.size()][];
    for (int row = 0; row < shares.length; row++) {
      RowMass mass = rows.get(row);
      shares[row] = IntStream.range(0, mass.blocks()).mapToDouble(mass::share).toArray();
    }
    return new Watched(shares, output);
  }

  @Test
  void rowsOfABatchHaveSharesOfTheirOwn() {
    // The first row ends in the last but one block.
    AttentionCase c =
        new AttentionCase(AttentionShape.of(4, 2, 16), DType.BF16, 16, 8, 12, 250, 2, 7);
    Watched alone = watch(c, 1, 1, MergeTopology.TREE);
    for (int row = 0; row < alone.shares().length; row++) {
      int heads = c.shape().heads();
      double[] expected = new double[alone.shares()[row].length];
      for (int head = 0; head < heads; head++) {
        double[] ofHead = AttentionOracle.blockShares(c, KERNELS, 2 * row * heads + head);
        Arrays.setAll(expected, block -> expected[block] + ofHead[block] / heads);
      }
      assertArrayEquals(expected, alone.shares()[row], 1e-6, "row " + row);
      assertEquals(1, Arrays.stream(expected).sum(), 1e-6);
    }
    float[] unwatched =
        c.run(
            new AttentionCase.Way(
                1, AttentionKind.STREAMING, KERNELS, MergeTopology.TREE, Shares.even(1)));
    for (int ranks = 1; ranks <= 8; ranks++) {
      for (MergeTopology merge : MergeTopology.values()) {
        Watched other = watch(c, ranks, 1 + ranks % 3, merge);
        String layout = ranks + " ranks, " + merge;
        assertArrayEquals(alone.shares(), other.shares(), layout);
        assertArrayEquals(unwatched, other.output(), layout);
      }
    }
  }
}
