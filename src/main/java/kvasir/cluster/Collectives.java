package kvasir.cluster;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import kvasir.cluster.Communicator.Message;

/**
 * Collective operations, written over {@link Communicator#exchange} alone. Every rank of the world
 * must call them in the same order and with the same extents. Each takes {@code ceil(log2 ranks)}
 * messages in sequence, except {@link #synchronise}, which takes twice as many. All throw {@link
 * kvasir.error.ClusterFailure} when a peer is lost or a wait exceeds the transport's limit.
 */
public final class Collectives {
  private Collectives() {}

  /**
   * Copies the root's data to every rank by a binomial tree.
   *
   * @param data the same number of bytes on every rank; read on the root, overwritten elsewhere
   */
  public static void broadcast(Communicator world, MemorySegment data, int root) {
    int relative = Math.floorMod(world.rank() - root, world.size());
    int mask = 1;
    while (mask < world.size() && (relative & mask) == 0) {
      mask <<= 1;
    }
    if (relative != 0) {
      world.receive(data, (relative - mask + root) % world.size());
    }
    for (mask >>= 1; mask > 0; mask >>= 1) {
      if (relative + mask < world.size()) {
        world.send(data, (relative + mask + root) % world.size());
      }
    }
  }

  /**
   * Copies the root's token ids or decisions to every rank.
   *
   * @param data the same length on every rank; read on the root, overwritten elsewhere
   */
  public static void broadcast(Communicator world, long[] data, int root) {
    broadcast(world, MemorySegment.ofArray(data), root);
  }

  /**
   * Copies every rank's region to all ranks by Bruck's algorithm: in round k a rank has the regions
   * of 2^k neighbours and sends them on, in two pieces where they wrap around the end of the buffer
   * (Bruck et al., 1997, Efficient algorithms for all-to-all communications).
   *
   * @param buffer room for all regions; this rank's region is read, the others are overwritten
   * @param starts {@code [ranks + 1]} ascending byte offsets of the ranks' regions in the buffer,
   *     then the end of the last; a region may be empty
   */
  public static void allGather(Communicator world, MemorySegment buffer, long[] starts) {
    int size = world.size();
    for (int have = 1; have < size; have *= 2) {
      int more = Math.min(have, size - have);
      int target = Math.floorMod(world.rank() - have, size);
      int source = (world.rank() + have) % size;
      world.exchange(
          regions(world.rank(), more, target, buffer, starts),
          regions(source, more, source, buffer, starts));
    }
  }

  /**
   * Returns the non-empty regions of {@code count} ranks from {@code first} on, with rank 0
   * following the last rank.
   */
  private static List<Message> regions(
      int first, int count, int peer, MemorySegment buffer, long[] starts) {
    int ranks = starts.length - 1;
    int end = Math.min(ranks, first + count);
    List<Message> pieces = new ArrayList<>(2);
    add(pieces, peer, buffer, starts[first], starts[end]);
    add(pieces, peer, buffer, starts[0], starts[first + count - end]);
    return pieces;
  }

  private static void add(
      List<Message> pieces, int peer, MemorySegment buffer, long from, long to) {
    if (to > from) {
      pieces.add(new Message(peer, buffer.asSlice(from, to - from)));
    }
  }

  /**
   * Copies every rank's region to rank 0 by a binomial tree. Other ranks' buffers are overwritten
   * in part.
   *
   * @param buffer room for all regions, on every rank
   * @param starts {@code [ranks + 1]} ascending byte offsets of the ranks' regions in the buffer,
   *     then the end of the last; a region may be empty
   */
  public static void gather(Communicator world, MemorySegment buffer, long[] starts) {
    int size = world.size();
    int rank = world.rank();
    for (int mask = 1; mask < size; mask *= 2) {
      List<Message> pieces = new ArrayList<>(1);
      if ((rank & mask) != 0) {
        add(pieces, rank - mask, buffer, starts[rank], starts[Math.min(size, rank + mask)]);
        world.exchange(pieces, List.of());
        return;
      }
      int source = rank + mask;
      if (source < size) {
        add(pieces, source, buffer, starts[source], starts[Math.min(size, source + mask)]);
        world.exchange(List.of(), pieces);
      }
    }
  }

  /**
   * Collects every rank's values on rank 0, in the order of ranks.
   *
   * @param values this rank's values; the same length on every rank
   * @return {@code [ranks, values.length]} on rank 0, an empty array elsewhere
   */
  public static long[] gather(Communicator world, long[] values) {
    long[] all = placed(world, values);
    gather(world, MemorySegment.ofArray(all), equalStarts(world, values));
    return world.rank() == 0 ? all : new long[0];
  }

  /**
   * Collects every rank's values on all ranks, in the order of ranks.
   *
   * @param values this rank's values; the same length on every rank
   * @return {@code [ranks, values.length]}
   */
  public static long[] allGather(Communicator world, long[] values) {
    long[] all = placed(world, values);
    allGather(world, MemorySegment.ofArray(all), equalStarts(world, values));
    return all;
  }

  /**
   * Collects every rank's text on all ranks, in the order of ranks.
   *
   * @param ownText this rank's text
   * @param maxBytes limit of a text in UTF-8, the same on every rank; a longer text is cut
   */
  public static List<String> allGather(Communicator world, String ownText, int maxBytes) {
    byte[] bytes = ownText.getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[maxBytes * world.size()];
    System.arraycopy(bytes, 0, all, maxBytes * world.rank(), Math.min(bytes.length, maxBytes));
    long[] starts = new long[world.size() + 1];
    Arrays.setAll(starts, rank -> (long) maxBytes * rank);
    allGather(world, MemorySegment.ofArray(all), starts);
    return IntStream.range(0, world.size())
        .mapToObj(rank -> new String(all, maxBytes * rank, maxBytes, StandardCharsets.UTF_8))
        .map(text -> text.replace("\0", ""))
        .toList();
  }

  /** Returns an array for all ranks' values, with this rank's values in place. */
  private static long[] placed(Communicator world, long[] values) {
    long[] all = new long[world.size() * values.length];
    System.arraycopy(values, 0, all, world.rank() * values.length, values.length);
    return all;
  }

  private static long[] equalStarts(Communicator world, long[] values) {
    long[] starts = new long[world.size() + 1];
    Arrays.setAll(starts, rank -> (long) rank * values.length * Long.BYTES);
    return starts;
  }

  /** Waits until every rank has called this method: a barrier. */
  public static void synchronise(Communicator world) {
    gather(world, new long[1]);
    broadcast(world, new long[1], 0);
  }
}
