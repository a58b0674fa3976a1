package kvasir.attention;

import java.time.Duration;
import java.util.List;
import kvasir.cache.Batch;
import kvasir.cache.BlockMemory;
import kvasir.cache.CacheShape;
import kvasir.cache.KvCache;
import kvasir.cache.Ownership;
import kvasir.cluster.local.LocalWorld;
import kvasir.kernel.VectorKernels;
import kvasir.team.Team;
import kvasir.team.ThreadTeam;

/** Runs a case and asks each rank for its share of the softmax weight. */
final class AttentionMasses {
  private AttentionMasses() {}

  static List<Double> of(AttentionCase c, int ranks) {
    return LocalWorld.run(
        ranks,
        Duration.ofSeconds(60),
        world -> {
          AttentionShape shape = c.shape();
          CacheShape cacheShape =
              new CacheShape(1, shape.kvHeads(), shape.headDim(), c.type(), c.block(), c.shards());
          AttentionMass mass = new AttentionMass(1, shape.heads());
          VectorKernels kernels = new VectorKernels();
          try (Team team = ThreadTeam.of(1);
              BlockMemory memory = new BlockMemory(cacheShape, world.rank())) {
            Ownership ownership = new Ownership(c.shards(), ranks);
            KvCache cache = new KvCache(memory, ownership, world.rank());
            c.fill(cache, kernels);
            new ShardedAttention(
                    shape,
                    AttentionKind.STREAMING,
                    kernels,
                    team,
                    world,
                    cacheShape,
                    ownership,
                    MergeTopology.ALLTOALL,
                    AttentionCase.LINK,
                    mass)
                .attend(
                    0,
                    Batch.of(cache, c.length() - c.queries(), c.queries()),
                    c.q(),
                    new float[c.queries() * shape.heads() * shape.headDim()]);
          }
          return mass.share();
        });
  }
}
