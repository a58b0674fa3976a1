package kvasir.lab.bench;

import java.util.Arrays;
import java.util.Random;
import kvasir.cache.KvCache;
import kvasir.kernel.Kernels;
import kvasir.kernel.Scratch;
import kvasir.team.Team;
import kvasir.tensor.Split;

/**
 * Fills a cache with synthetic keys and values, which are normal random numbers from a small pool.
 * This takes about a second where a prefill of the same depth would take minutes.
 */
final class SyntheticKv {
  private static final int POOL = 257;

  private SyntheticKv() {}

  /**
   * Fills positions {@code from} (inclusive) to {@code to} (exclusive) of a cache, which must have
   * blocks for them.
   */
  static void fill(KvCache cache, Kernels kernels, Team team, int from, int to) {
    int dim = cache.shape().headDim();
    float[] pool = new float[POOL * dim];
    Random random = new Random(1);
    for (int i = 0; i < pool.length; i++) {
      pool[i] = (float) random.nextGaussian();
    }
    Scratch[] scratch = new Scratch[team.size()];
    Arrays.setAll(scratch, member -> new Scratch());
    int views = cache.shape().layers() * cache.shape().kvHeads();
    team.run(
        (member, members) -> {
          int end = Split.start(views, members, member + 1);
          for (int view = Split.start(views, members, member); view < end; view++) {
            fillView(cache, kernels, pool, view, from, to, scratch[member]);
          }
        });
  }

  private static void fillView(
      KvCache cache, Kernels kernels, float[] pool, int view, int from, int to, Scratch scratch) {
    int layer = view / cache.shape().kvHeads();
    int head = view % cache.shape().kvHeads();
    int dim = cache.shape().headDim();
    for (int token = from; token < to; token++) {
      int block = cache.shape().blockOf(token);
      if (!cache.owns(block)) {
        continue;
      }
      int row = token % cache.shape().blockTokens();
      int key = (token + 31 * view) % POOL * dim;
      int value = (token + 17 * view + 5) % POOL * dim;
      kernels.encodeOutput(pool, key, cache.keys(layer, head, block), row, scratch);
      kernels.encodeInput(pool, value, cache.values(layer, head, block), row);
    }
  }
}
