package kvasir.team;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.BitSet;
import java.util.Locale;
import java.util.Optional;

/**
 * Processors on which a thread may run, by Linux's sched_setaffinity and sched_getaffinity. Threads
 * inherit the mask of the thread that starts them.
 */
public final class CpuAffinity {
  /** Size of a mask, for 8,192 processors; the kernel refuses a mask shorter than its own. */
  private static final int MASK_BYTES = 1024;

  private static final int THIS_THREAD = 0;
  private static final Optional<Calls> CALLS = Calls.find();

  private CpuAffinity() {}

  private record Calls(MethodHandle get, MethodHandle set) {
    static Optional<Calls> find() {
      if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("linux")) {
        return Optional.empty();
      }
      FunctionDescriptor type =
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS);
      SymbolLookup symbols = Linker.nativeLinker().defaultLookup();
      return symbols
          .find("sched_getaffinity")
          .flatMap(
              get ->
                  symbols
                      .find("sched_setaffinity")
                      .map(
                          set ->
                              new Calls(
                                  Linker.nativeLinker().downcallHandle(get, type),
                                  Linker.nativeLinker().downcallHandle(set, type))));
    }
  }

  /** Returns whether this system can bind threads. */
  public static boolean supported() {
    return CALLS.isPresent();
  }

  /**
   * Returns the processors that the calling thread may run on; empty if the system does not tell.
   */
  public static BitSet get() {
    if (CALLS.isEmpty()) {
      return new BitSet();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate(MASK_BYTES);
      int code = (int) CALLS.get().get().invokeExact(THIS_THREAD, (long) MASK_BYTES, mask);
      return code < 0 ? new BitSet() : BitSet.valueOf(mask.asByteBuffer());
    } catch (Throwable e) {
      throw new IllegalStateException("sched_getaffinity", e);
    }
  }

  /**
   * Binds the calling thread to processors.
   *
   * @return false if the system refuses, or the set is empty
   */
  public static boolean set(BitSet processors) {
    if (CALLS.isEmpty() || processors.isEmpty()) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate(MASK_BYTES);
      MemorySegment.copy(
          MemorySegment.ofArray(processors.toByteArray()),
          0,
          mask,
          0,
          (processors.length() + 7) / 8);
      return (int) CALLS.get().set().invokeExact(THIS_THREAD, (long) MASK_BYTES, mask) == 0;
    } catch (Throwable e) {
      throw new IllegalStateException("sched_setaffinity", e);
    }
  }
}
