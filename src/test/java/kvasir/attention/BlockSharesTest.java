package kvasir.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
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
import org.junit.jupiter.api.Test;

/** Attention mass by block: right by a softmax in double precision, and equal on every layout. */
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
}
