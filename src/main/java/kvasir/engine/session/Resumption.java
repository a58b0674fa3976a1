package kvasir.engine.session;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Where a generation stands when a run takes it up; the same on every rank.
 *
 * @param prompt ids
 * @param done new tokens that an earlier run has chosen; none in a run that begins
 * @param ended whether they end the sequence
 */
public record Resumption(int[] prompt, int[] done, boolean ended) {
  /** All ids that are to be in the cache before the next token. */
  public int[] known() {
    return IntStream.concat(Arrays.stream(prompt), Arrays.stream(done)).toArray();
  }

  /** In one array, for sending: the prompt's length, whether it has ended, prompt, done. */
  public long[] encode() {
    return IntStream.concat(IntStream.of(prompt.length, ended ? 1 : 0), Arrays.stream(known()))
        .asLongStream()
        .toArray();
  }

  /** What {@link #encode} was given. */
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
