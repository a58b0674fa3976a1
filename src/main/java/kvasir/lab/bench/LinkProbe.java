package kvasir.lab.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import kvasir.cluster.Link;
import kvasir.engine.Engine;
import kvasir.kernel.Probe;
import kvasir.tensor.OffHeap;
import kvasir.tensor.Split;

/**
 * Probe of the link between ranks that read memory between two messages, as they read weights in a
 * layer.
 */
final class LinkProbe {
  /**
   * Number of bytes read between two messages, as many as a small layer has. A different piece is
   * read each time, so that it is not in a cache.
   */
  private static final int PIECE = 4 << 20;

  private static final int PIECES = 16;
  private static final int CACHE_LINE = 64;

  private static volatile double sink;

  private final Engine engine;
  private final MemorySegment memory;
  private int piece;

  private LinkProbe(Engine engine, MemorySegment memory) {
    this.engine = engine;
    this.memory = memory;
  }

  /** Measures the link between the ranks of an engine; every rank calls it. */
  static Link measure(Engine engine) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = OffHeap.allocate(arena, (long) PIECES * PIECE);
      memory.fill((byte) 1);
      return Link.measureBetween(engine.world(), new LinkProbe(engine, memory)::read);
    }
  }

  private void read() {
    piece = (piece + 1) % PIECES;
    engine.team().run((member, members) -> sink = read(member, members));
  }

  private double read(int member, int members) {
    long begin = (long) piece * PIECE;
    int lines = PIECE / CACHE_LINE;
    long from = begin + (long) Split.start(lines, members, member) * CACHE_LINE;
    long to = begin + (long) Split.start(lines, members, member + 1) * CACHE_LINE;
    return Probe.read(memory, from, to);
  }
}
