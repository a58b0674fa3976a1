package kvasir.cluster;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import kvasir.cluster.Communicator.Message;

/**
 * Operations of all ranks, over {@link Communicator#exchange} alone. Every rank of the world calls
 * them, in the same order and with the same extents. Each takes {@code ceil(log2 ranks)} messages
 * in sequence.
 */
public final class Collectives {
  private Collectives() {}

  /** Gives the root's data to every rank, by a binomial tree. */
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

  /** As {@link #broadcast(Communicator, MemorySegment, int)}, for token ids and decisions. */
  public static void broadcast(Communicator world, long[] data, int root) {
    broadcast(world, MemorySegment.ofArray(data), root);
  }

  /**
   * Gives every rank what each has, by Bruck's algorithm: in round k a rank has the regions of 2^k
   * neighbours and sends them on, at most two pieces where they pass the end of the buffer (Bruck
   * et al., 1997, Efficient algorithms for all-to-all communications).
   *
   * @param starts byte offsets of the ranks' regions in the buffer, ascending, and the end; a
   *     region may be empty
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

  /** Regions of {@code count} ranks from {@code first} on, going round, without the empty ones. */
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

  /** Gives rank 0 what each rank has, by a binomial tree; {@code starts} as for all-gather. */
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
   * All ranks' data in the order of ranks.
   *
   * @return {@code [ranks, own.length]} on rank 0, an empty array elsewhere
   */
  public static long[] gather(Communicator world, long[] own) {
    long[] all = placed(world, own);
    gather(world, MemorySegment.ofArray(all), equalStarts(world, own));
    return world.rank() == 0 ? all : new long[0];
  }

  /** As {@link #gather(Communicator, long[])}, to every rank. */
  public static long[] allGather(Communicator world, long[] own) {
    long[] all = placed(world, own);
    allGather(world, MemorySegment.ofArray(all), equalStarts(world, own));
    return all;
  }

  /**
   * Each rank's text, in the order of ranks; every rank calls it.
   *
   * @param mostBytes of a text in UTF-8; what is longer is cut
   */
  public static List<String> allGather(Communicator world, String own, int mostBytes) {
    byte[] bytes = own.getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[mostBytes * world.size()];
    System.arraycopy(bytes, 0, all, mostBytes * world.rank(), Math.min(bytes.length, mostBytes));
    long[] starts = new long[world.size() + 1];
    Arrays.setAll(starts, rank -> (long) mostBytes * rank);
    allGather(world, MemorySegment.ofArray(all), starts);
    return IntStream.range(0, world.size())
        .mapToObj(rank -> new String(all, mostBytes * rank, mostBytes, StandardCharsets.UTF_8))
        .map(text -> text.replace("\0", ""))
        .toList();
  }

  /** Room for all ranks' data, this rank's in its place. */
  private static long[] placed(Communicator world, long[] own) {
    long[] all = new long[world.size() * own.length];
    System.arraycopy(own, 0, all, world.rank() * own.length, own.length);
    return all;
  }

  private static long[] equalStarts(Communicator world, long[] own) {
    long[] starts = new long[world.size() + 1];
    Arrays.setAll(starts, rank -> (long) rank * own.length * Long.BYTES);
    return starts;
  }

  /** No rank goes on before all have come here. */
  public static void synchronise(Communicator world) {
    gather(world, new long[1]);
    broadcast(world, new long[1], 0);
  }
}
