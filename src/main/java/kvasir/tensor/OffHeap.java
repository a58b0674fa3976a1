package kvasir.tensor;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;

/**
 * Allocation of large memory outside the heap, on huge pages where the system offers them: mmap and
 * madvise(MADV_HUGEPAGE) on Linux, else the arena's own allocation. All bytes are zero at first;
 * pages that are never written take no memory.
 */
public final class OffHeap {
  private static final long HUGE = 2L << 20;
  private static final long PAGE = 4096;

  // Constants of Linux, equal on all architectures that have a JDK.
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int DONT_NEED = 4;
  private static final int HUGE_PAGE = 14;

  private static final Optional<Calls> CALLS = Calls.find();

  private OffHeap() {}

  /**
   * Allocates zeroed memory that lives as long as the arena. It is aligned to 64 bytes; from 2 MiB
   * on, on Linux, to a huge page.
   */
  public static MemorySegment allocate(Arena arena, long bytes) {
    if (bytes < HUGE || CALLS.isEmpty()) {
      return arena.allocate(bytes, 64);
    }
    return CALLS.get().map(arena, bytes);
  }

  /**
   * Lets the system drop pages of a mapped file that will probably not be read again. A later
   * access reads them from the file.
   */
  public static void dropPages(MemorySegment mapped, long offset, long bytes) {
    if (CALLS.isPresent() && mapped.isNative()) {
      CALLS.get().advise(mapped.address() + offset, bytes, DONT_NEED);
    }
  }

  private record Calls(MethodHandle mmap, MethodHandle munmap, MethodHandle madvise) {
    static Optional<Calls> find() {
      boolean linux =
          System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("linux")
              && ValueLayout.ADDRESS.byteSize() == 8;
      if (!linux) {
        return Optional.empty();
      }
      Linker linker = Linker.nativeLinker();
      SymbolLookup symbols = linker.defaultLookup();
      AddressLayout pointer = ValueLayout.ADDRESS;
      ValueLayout.OfLong size = ValueLayout.JAVA_LONG;
      ValueLayout.OfInt number = ValueLayout.JAVA_INT;
      return Optional.of(
          new Calls(
              linker.downcallHandle(
                  symbols.find("mmap").orElseThrow(),
                  FunctionDescriptor.of(size, pointer, size, number, number, number, size)),
              linker.downcallHandle(
                  symbols.find("munmap").orElseThrow(), FunctionDescriptor.of(number, size, size)),
              linker.downcallHandle(
                  symbols.find("madvise").orElseThrow(),
                  FunctionDescriptor.of(number, size, size, number))));
    }

    MemorySegment map(Arena arena, long bytes) {
      long whole = bytes + HUGE;
      long base = mapAnonymous(whole);
      if (base == -1) {
        throw new OutOfMemoryError("mmap of " + bytes + " bytes");
      }
      MemorySegment all =
          MemorySegment.ofAddress(base).reinterpret(whole, arena, ignored -> unmap(base, whole));
      long begin = Math.ceilDiv(base, HUGE) * HUGE;
      advise(begin, bytes, HUGE_PAGE);
      return all.asSlice(begin - base, bytes);
    }

    private long mapAnonymous(long bytes) {
      try {
        return (long)
            mmap.invokeExact(MemorySegment.NULL, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      } catch (Throwable e) {
        throw new IllegalStateException("mmap", e);
      }
    }

    private void unmap(long address, long bytes) {
      try {
        int ignored = (int) munmap.invokeExact(address, bytes);
      } catch (Throwable e) {
        throw new IllegalStateException("munmap", e);
      }
    }

    /**
     * Gives the system advice on the whole pages inside a range. Its answer is ignored, since
     * correctness does not depend on it.
     */
    void advise(long address, long bytes, int advice) {
      long from = Math.ceilDiv(address, PAGE) * PAGE;
      long to = (address + bytes) / PAGE * PAGE;
      if (from >= to) {
        return;
      }
      try {
        int ignored = (int) madvise.invokeExact(from, to - from, advice);
      } catch (Throwable e) {
        throw new IllegalStateException("madvise", e);
      }
    }
  }
}
