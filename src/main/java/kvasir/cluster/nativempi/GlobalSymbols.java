package kvasir.cluster.nativempi;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Symbol lookup in the dynamic loader's global order, as for a program that is linked with its
 * libraries. Libraries in {@code LD_PRELOAD} come first, which is how profilers of MPI replace its
 * functions; {@link SymbolLookup#libraryLookup} searches one library only and would miss them.
 */
final class GlobalSymbols implements SymbolLookup {
  /**
   * The flags {@code RTLD_LAZY | RTLD_GLOBAL} of dlopen on Linux: functions are resolved when they
   * are called, and are visible to all libraries.
   */
  private static final int LAZY_GLOBAL = 0x1 | 0x100;

  private static final AddressLayout POINTER = ValueLayout.ADDRESS;
  private static final AddressLayout TEXT =
      POINTER.withTargetLayout(
          MemoryLayout.sequenceLayout(Integer.MAX_VALUE, ValueLayout.JAVA_BYTE));

  private final MethodHandle open = call("dlopen", POINTER, POINTER, ValueLayout.JAVA_INT);
  private final MethodHandle symbol = call("dlsym", POINTER, POINTER, POINTER);
  private final MethodHandle error = call("dlerror", TEXT);

  private static MethodHandle call(String name, MemoryLayout result, MemoryLayout... parameters) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().find(name).orElseThrow(), FunctionDescriptor.of(result, parameters));
  }

  /**
   * Opens a library with global visibility until the process ends.
   *
   * @param library file or name that the loader resolves
   * @return the loader's error, or empty on success
   */
  Optional<String> open(String library) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment found =
          (MemorySegment) open.invokeExact(arena.allocateFrom(library), LAZY_GLOBAL);
      return found.equals(MemorySegment.NULL)
          ? Optional.of(((MemorySegment) error.invokeExact()).getString(0))
          : Optional.empty();
    } catch (Throwable e) {
      throw new IllegalStateException("dlopen", e);
    }
  }

  @Override
  public Optional<MemorySegment> find(String name) {
    try (Arena arena = Arena.ofConfined()) {
      // The null handle stands for the global order.
      MemorySegment found =
          (MemorySegment) symbol.invokeExact(MemorySegment.NULL, arena.allocateFrom(name));
      return Optional.of(found).filter(address -> !address.equals(MemorySegment.NULL));
    } catch (Throwable e) {
      throw new IllegalStateException("dlsym", e);
    }
  }
}
