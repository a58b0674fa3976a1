package kvasir.attention;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import kvasir.cache.Batch;
import kvasir.cache.BlockMemory;
import kvasir.cache.CacheShape;
import kvasir.cache.KvCache;
import kvasir.cache.Ownership;
import kvasir.cluster.Communicator;
import kvasir.cluster.Link;
import kvasir.cluster.local.LocalWorld;
import kvasir.kernel.Kernels;
import kvasir.kernel.Scratch;
import kvasir.team.Team;
import kvasir.team.ThreadTeam;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import kvasir.tensor.ScaledRows;
import kvasir.tensor.Shares;
import kvasir.tensor.StorageFormat;

/**
 * Test case of a batch of queries at the end of a sequence. A seed determines its numbers, so it
 * can be replayed.
 *
 * @param queries number of tokens of the batch, the last ones of the sequence
 * @param length number of tokens of the sequence, including the batch
 * @param spread standard deviation of queries and keys
 */
record AttentionCase(
    AttentionShape shape,
    StorageFormat type,
    int block,
    int shards,
    int queries,
    int length,
    double spread,
    long seed) {

  /** Layout and algorithm by which a case is computed. */
  record Way(int threads, AttentionKind kind, Kernels kernels, MergeTopology merge, Shares shares) {
    int ranks() {
      return shares.parts();
    }
  }

  /** A link for which AUTO chooses differently for small and large batches. */
  static final Link LINK = new Link(20e-6, 1e-9);

  float[] q() {
    return random(1, queries * shape.heads() * shape.headDim(), spread);
  }

  /** Returns the keys as the cache holds them, {@code [length, kv_heads, head_dim]}. */
  float[] keys(Kernels kernels) {
    return rounded(kernels, random(2, length * shape.kvHeads() * shape.headDim(), spread));
  }

  /** Returns the values as the cache holds them, {@code [length, kv_heads, head_dim]}. */
  float[] values(Kernels kernels) {
    return rounded(kernels, random(3, length * shape.kvHeads() * shape.headDim(), 1));
  }

  /** Returns the output of rank 0, after checking that all ranks have the same bits. */
  float[] run(Way way) {
    Ownership ownership = new Ownership(shards, way.shares());
    List<float[]> outputs =
        LocalWorld.run(
            way.ranks(), Duration.ofSeconds(60), world -> runRank(way, ownership, world));
    for (float[] output : outputs) {
      Bits.assertSame(outputs.get(0), output, "ranks of " + this);
    }
    return outputs.get(0);
  }

  private float[] runRank(Way way, Ownership ownership, Communicator world) {
    CacheShape cacheShape =
        new CacheShape(1, shape.kvHeads(), shape.headDim(), type, block, shards);
    try (Team team = ThreadTeam.of(way.threads());
        BlockMemory memory = new BlockMemory(cacheShape, world.rank())) {
      KvCache cache = new KvCache(memory, ownership, world.rank());
      fill(cache, way.kernels());
      float[] out = new float[queries * shape.heads() * shape.headDim()];
      new ShardedAttention(
              shape,
              way.kind(),
              way.kernels(),
              team,
              world,
              cacheShape,
              ownership,
              way.merge(),
              LINK,
              null)
          .attend(0, Batch.of(cache, length - queries, queries), q(), out);
      return out;
    }
  }

  void fill(KvCache cache, Kernels kernels) {
    cache.extend(length);
    Scratch scratch = new Scratch();
    float[] k = keys(kernels);
    float[] v = values(kernels);
    int dim = shape.headDim();
    for (int token = 0; token < length; token++) {
      int at = cache.shape().blockOf(token);
      if (!cache.owns(at)) {
        continue;
      }
      for (int head = 0; head < shape.kvHeads(); head++) {
        int from = (token * shape.kvHeads() + head) * dim;
        kernels.encodeOutput(k, from, cache.keys(0, head, at), token % block, scratch);
        kernels.encodeInput(v, from, cache.values(0, head, at), token % block);
      }
    }
  }

  private float[] rounded(Kernels kernels, float[] x) {
    switch (type) {
      case DType plain -> {
        MemorySegment cells = Arena.ofAuto().allocate(plain.bytes(x.length));
        kernels.encode(x, 0, x.length, plain, cells, 0);
        kernels.decode(new Matrix(plain, cells, 0, 1, x.length), 0, 0, x.length, x, 0);
      }
      case BlockFormat _ -> {
        int dim = shape.headDim();
        MemorySegment cell = Arena.ofAuto().allocate(ScaledRows.bytes(1, dim));
        ScaledRows value = new ScaledRows(cell, 0, ScaledRows.bytes(1, 1), 1, dim);
        for (int head = 0; head < x.length; head += dim) {
          kernels.encodeInput(x, head, value, 0);
          for (int i = 0; i < dim; i++) {
            x[head + i] = value.integer(0, i) * value.scale(0, i);
          }
        }
      }
    }
    return x;
  }

  private float[] random(int stream, int n, double deviation) {
    Random random = new Random(seed * 31 + stream);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) (random.nextGaussian() * deviation);
    }
    return x;
  }
}
