package kvasir.engine.sampling;

/**
 * Random numbers without a state: each is a function of a seed, the number of a choice and the
 * index of a token. A sequence that is preempted, recovered or resumed therefore needs nothing but
 * its tokens to draw the same numbers again.
 *
 * <p>The number of token i is output i of SplitMix64 (Steele, Lea and Flood, 2014, "Fast splittable
 * pseudorandom number generators"), whose state after i + 1 steps is its start plus i + 1 times a
 * constant. The start is a hash of seed and choice by the same mixing function.
 */
final class CounterRandom {
  /** The odd number nearest to 2^64 divided by the golden ratio. */
  private static final long STEP = 0x9e3779b97f4a7c15L;

  private CounterRandom() {}

  /**
   * Returns a number in {@code [0, 1)}, a multiple of 2^-53.
   *
   * @param choice number of the choice among those that one request asks for, from 0
   * @param index index of the token in the output, from 0
   */
  static double uniform(long seed, int choice, long index) {
    long start = mix(mix(seed) + STEP * choice);
    return (mix(start + STEP * (index + 1)) >>> 11) * 0x1p-53;
  }

  private static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
