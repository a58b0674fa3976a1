package kvasir.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.I;
import static kvasir.kernel.Lanes.W;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Loops that only read memory or only multiply, with the vectors of this JVM. {@code bench}
 * measures the machine's limits with them.
 */
public final class Probe {
  /** Bytes that {@link #read} reads at once; ranges must be multiples of it. */
  public static final int STEP = 256;

  private static final int SUMS = 12;

  private Probe() {}

  /** Returns the floating-point operations of {@code rounds} rounds of {@link #multiplyAdd}. */
  public static double flops(int rounds) {
    return 2.0 * SUMS * W * rounds;
  }

  /**
   * Computes twelve independent chains of fused multiply-adds, which fill both of a core's pipes.
   *
   * @return a value that depends on all of them
   */
  public static float multiplyAdd(int rounds) {
    FloatVector u = FloatVector.broadcast(F, 0.999f);
    FloatVector v = FloatVector.broadcast(F, 0.001f);
    FloatVector a = u;
    FloatVector b = u;
    FloatVector c = u;
    FloatVector d = u;
    FloatVector e = u;
    FloatVector f = u;
    FloatVector g = u;
    FloatVector h = u;
    FloatVector i = u;
    FloatVector j = u;
    FloatVector k = u;
    FloatVector l = u;
    for (int round = 0; round < rounds; round++) {
      a = a.fma(u, v);
      b = b.fma(u, v);
      c = c.fma(u, v);
      d = d.fma(u, v);
      e = e.fma(u, v);
      f = f.fma(u, v);
      g = g.fma(u, v);
      h = h.fma(u, v);
      i = i.fma(u, v);
      j = j.fma(u, v);
      k = k.fma(u, v);
      l = l.fma(u, v);
    }
    return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l).lane(0);
  }

  /**
   * Reads bytes {@code from} (inclusive) to {@code to} (exclusive) as one stream.
   *
   * @return a value that depends on all of them
   */
  public static int read(MemorySegment data, long from, long to) {
    long start = Memory.start(data, from, to - from);
    IntVector a = IntVector.zero(I);
    IntVector b = a;
    IntVector c = a;
    IntVector d = a;
    for (long address = start + from; address < start + to; address += 16L * W) {
      a = a.or(IntVector.fromMemorySegment(I, Memory.ALL, address, LITTLE_ENDIAN));
      b = b.or(IntVector.fromMemorySegment(I, Memory.ALL, address + 4L * W, LITTLE_ENDIAN));
      c = c.or(IntVector.fromMemorySegment(I, Memory.ALL, address + 8L * W, LITTLE_ENDIAN));
      d = d.or(IntVector.fromMemorySegment(I, Memory.ALL, address + 12L * W, LITTLE_ENDIAN));
    }
    Memory.keep(data);
    return a.or(b).or(c).or(d).lane(0);
  }

  /**
   * Reads bytes {@code from} (inclusive) to {@code to} (exclusive) as four streams at once, which
   * is faster than {@link #read} on some machines.
   *
   * @return a value that depends on all of them
   */
  public static int readStreams(MemorySegment data, long from, long to) {
    long start = Memory.start(data, from, to - from);
    long quarter = (to - from) / STEP * (STEP / 4);
    IntVector a = IntVector.zero(I);
    IntVector b = a;
    IntVector c = a;
    IntVector d = a;
    for (long address = start + from; address < start + from + quarter; address += 4L * W) {
      a = a.or(IntVector.fromMemorySegment(I, Memory.ALL, address, LITTLE_ENDIAN));
      b = b.or(IntVector.fromMemorySegment(I, Memory.ALL, address + quarter, LITTLE_ENDIAN));
      c = c.or(IntVector.fromMemorySegment(I, Memory.ALL, address + 2 * quarter, LITTLE_ENDIAN));
      d = d.or(IntVector.fromMemorySegment(I, Memory.ALL, address + 3 * quarter, LITTLE_ENDIAN));
    }
    Memory.keep(data);
    return a.or(b).or(c).or(d).lane(0);
  }
}
