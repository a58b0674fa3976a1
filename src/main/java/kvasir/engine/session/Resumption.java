package kvasir.engine.session;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The state of a generation when a run starts or resumes it. It is the same on every rank.
 *
 * @param prompt ids of the prompt
 * @param done ids that earlier runs have generated; empty in the first run
 * @param ended true if these ids end the sequence
 */
public record Resumption(int[] prompt, int[] done, boolean ended) {
  /** Returns all ids that must be in the cache before the next token: prompt and generated ids. */
  public int[] known() {
    return IntStream.concat(Arrays.stream(prompt), Arrays.stream(done)).toArray();
  }

  /**
   * Returns this state as one array for sending: the prompt's length, 1 if it has ended or else 0,
   * the prompt, the generated ids.
   */
  public long[] encode() {
    return IntStream.concat(IntStream.of(prompt.length, ended ? 1 : 0), Arrays.stream(known()))
        .asLongStream()
        .toArray();
  }

  /** Returns the state that {@link #encode} has turned into an array. */
  public static Resumption decode(long[] data) {
    int[] ids = Arrays.stream(data).mapToInt(Math::toIntExact).toArray();
    int begin = 2;
    int split = begin + ids[0];
    return new Resumption(
        Arrays.copyOfRange(ids, begin, split),
        Arrays.copyOfRange(ids, split, ids.length),
        ids[1] == 1);
  }
}
