package kvasir.jmh;

import java.util.Random;
import kvasir.attention.AttentionKind;
import kvasir.attention.AttentionShape;
import kvasir.attention.MergeTopology;
import kvasir.attention.ShardedAttention;
import kvasir.cache.Batch;
import kvasir.cache.BlockMemory;
import kvasir.cache.CacheShape;
import kvasir.cache.KvCache;
import kvasir.cache.Ownership;
import kvasir.cluster.Link;
import kvasir.cluster.SoloCommunicator;
import kvasir.kernel.Kernels;
import kvasir.kernel.Scratch;
import kvasir.kernel.VectorKernels;
import kvasir.team.Team;
import kvasir.team.ThreadTeam;
import kvasir.tensor.DType;

/** One layer's attention over a filled cache, with a team of its own. */
final class AttentionState implements AutoCloseable {
  static final int KV_HEADS = 8;
  static final int HEAD_DIM = 128;
  private static final int BLOCK = 256;
  private static final int SHARDS = 16;

  private final Kernels kernels = new VectorKernels();
  private final Random random = new Random(1);
  private final Team team;
  private final BlockMemory memory;
  private final KvCache cache;
  private final ShardedAttention attention;
  private final int heads;

  AttentionState(int threads, int group, DType type, AttentionKind kind, int length) {
    this.team = ThreadTeam.of(threads);
    this.heads = group * KV_HEADS;
    CacheShape shape = new CacheShape(1, KV_HEADS, HEAD_DIM, type, BLOCK, SHARDS);
    Ownership ownership = new Ownership(SHARDS, 1);
    this.memory = new BlockMemory(shape, 0);
    this.cache = new KvCache(memory, ownership, 0);
    this.attention =
        new ShardedAttention(
            AttentionShape.of(heads, KV_HEADS, HEAD_DIM),
            kind,
            kernels,
            team,
            new SoloCommunicator(),
            shape,
            ownership,
            MergeTopology.AUTO,
            Link.NONE,
            null);
    fill(length);
  }

  private void fill(int length) {
    cache.extend(length);
    Scratch scratch = new Scratch();
    float[] row = floats(HEAD_DIM * 64);
    for (int token = 0; token < length; token++) {
      for (int head = 0; head < KV_HEADS; head++) {
        int at = (token + head) % 63 * HEAD_DIM;
        int block = token / BLOCK;
        kernels.encodeOutput(row, at, cache.keys(0, head, block), token % BLOCK, scratch);
        kernels.encodeInput(row, at + HEAD_DIM, cache.values(0, head, block), token % BLOCK);
      }
    }
  }

  /** {@code [tokens, heads, head_dim]}. */
  float[] queries(int tokens) {
    return floats(tokens * heads * HEAD_DIM);
  }

  private float[] floats(int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  void attend(int first, int tokens, float[] queries, float[] out) {
    attention.attend(0, Batch.of(cache, first, tokens), queries, out);
  }

  @Override
  public void close() {
    team.close();
    memory.close();
  }
}
