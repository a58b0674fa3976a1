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
import java.lang.invoke.MethodHandles;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import kvasir.error.UserError;

/**
 * Functions of the system's libmpi, found at run time. The MPI standard fixes the functions but not
 * the type of a handle: in Open MPI handles are addresses of symbols, in MPICH and its relatives
 * (Intel MPI, MVAPICH, Cray MPICH) they are integers that mpi.h defines. Communicator and element
 * type are bound into the method handles here, so that a caller sees one signature.
 *
 * @param highestTag {@code (int**, flag*)}; the flag is 0 where the library does not know
 * @param isend {@code (buffer, count, peer, tag, request*)}
 * @param irecv {@code (buffer, count, peer, tag, request*)}
 * @param iprobe {@code (peer, tag, flag*, status*)}
 * @param testall {@code (count, requests*, flag*)}
 * @param requestBytes size of a request handle
 * @param tagOffset byte offset of the tag in a status
 */
record MpiLibrary(
    MethodHandle initThread,
    MethodHandle commRank,
    MethodHandle commSize,
    MethodHandle highestTag,
    MethodHandle isend,
    MethodHandle irecv,
    MethodHandle iprobe,
    MethodHandle testall,
    MethodHandle finish,
    long requestBytes,
    long tagOffset) {

  /**
   * Environment variable that names the library's file; without it the system's loader is asked.
   */
  static final String VARIABLE = "KVASIR_MPI_LIBRARY";

  /** Tag that matches all tags, in Open MPI and in MPICH. */
  static final int ANY_TAG = -1;

  /** Upper bound of the size of a status in Open MPI and in MPICH. */
  static final long STATUS_BYTES = 64;

  private static final List<String> OPEN_MPI = List.of("libmpi.so.40", "libmpi.so");
  private static final List<String> MPICH = List.of("libmpich.so.12", "libmpi.so.12", "libmpi.so");

  // mpi.h of MPICH 3 and 4, whose binary interface its relatives share (the MPICH ABI initiative).
  private static final int MPICH_COMM_WORLD = 0x44000000;
  private static final int MPICH_BYTE = 0x4c00010d;
  private static final int MPICH_TAG_UB = 0x64400001;
  private static final long MPICH_STATUSES_IGNORE = 1;
  private static final long MPICH_TAG_OFFSET = 12;

  // mpi.h of Open MPI 1.7 to 5.
  private static final int OPEN_MPI_TAG_UB = 0;
  private static final long OPEN_MPI_TAG_OFFSET = 4;

  /** Value of setenv's parameter {@code overwrite} that keeps an existing value. */
  private static final int KEEP = 0;

  private static final String OPEN_MPI_BYTE = "ompi_mpi_byte";

  private static final List<String> FUNCTIONS =
      List.of(
          "MPI_Init_thread",
          "MPI_Comm_rank",
          "MPI_Comm_size",
          "MPI_Isend",
          "MPI_Irecv",
          "MPI_Testall",
          "MPI_Finalize");

  private static final String REMEDY = "name the MPI library's libmpi, or unset it";

  private static final AddressLayout POINTER = ValueLayout.ADDRESS;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  /**
   * Finds the MPI library that belongs to the launcher.
   *
   * @param openMpi whether the launcher is Open MPI's, else MPICH's or a relative's
   * @throws UserError if there is none, or the file that {@link #VARIABLE} names cannot be used
   */
  static MpiLibrary find(boolean openMpi) {
    leaveSignalsToTheJvm();
    GlobalSymbols symbols = new GlobalSymbols();
    String named = System.getenv(VARIABLE);
    if (named != null) {
      return open(symbols, named);
    }
    List<String> names = openMpi ? OPEN_MPI : MPICH;
    for (String name : names) {
      if (symbols.open(name).isEmpty() && missing(symbols).isEmpty()) {
        return bind(symbols);
      }
    }
    throw new UserError(
        "--transport native",
        "no MPI library: tried " + String.join(", ", names),
        "install Open MPI or MPICH, or set " + VARIABLE + " to its libmpi");
  }

  static MpiLibrary open(GlobalSymbols symbols, String named) {
    if (named.isBlank()) {
      throw new UserError(VARIABLE, "is empty", REMEDY);
    }
    String library;
    try {
      library = Path.of(named).toAbsolutePath().toString();
    } catch (InvalidPathException e) {
      throw new UserError(VARIABLE, "'" + named + "' is not a path", REMEDY, e);
    }
    symbols
        .open(library)
        .ifPresent(
            reason -> {
              throw new UserError(VARIABLE, reason, REMEDY);
            });
    missing(symbols)
        .ifPresent(
            function -> {
              throw new UserError(
                  VARIABLE,
                  library + " has no function " + function,
                  REMEDY + "; a profiling library has to be linked with it");
            });
    return bind(symbols);
  }

  /** Returns the first required function that the loaded libraries lack, if any. */
  private static Optional<String> missing(SymbolLookup symbols) {
    return FUNCTIONS.stream().filter(name -> symbols.find(name).isEmpty()).findFirst();
  }

  /**
   * Keeps UCX from catching SIGSEGV. UCX, the transport below MPICH and many builds of Open MPI,
   * does so when it is loaded; the JVM uses that signal for null checks and would die at the first.
   * A value that the user has set stays.
   */
  private static void leaveSignalsToTheJvm() {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv");
    if (setenv.isEmpty()) {
      return;
    }
    MethodHandle call =
        linker.downcallHandle(setenv.get(), FunctionDescriptor.of(INT, POINTER, POINTER, INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom("UCX_ERROR_SIGNALS");
      int ignored = (int) call.invokeExact(name, arena.allocateFrom(""), KEEP);
    } catch (Throwable e) {
      throw new IllegalStateException("setenv", e);
    }
  }

  private static MpiLibrary bind(SymbolLookup library) {
    Optional<MemorySegment> world = library.find("ompi_mpi_comm_world");
    boolean openMpi = world.isPresent() && library.find(OPEN_MPI_BYTE).isPresent();
    MemoryLayout handle = openMpi ? POINTER : INT;
    Object comm = openMpi ? world.get() : (Object) MPICH_COMM_WORLD;
    Object bytes = openMpi ? library.find(OPEN_MPI_BYTE).orElseThrow() : (Object) MPICH_BYTE;
    MemorySegment ignore = MemorySegment.ofAddress(openMpi ? 0 : MPICH_STATUSES_IGNORE);
    Binder binder = new Binder(library);
    MethodHandle isend = binder.of("MPI_Isend", POINTER, INT, handle, INT, INT, handle, POINTER);
    MethodHandle irecv = binder.of("MPI_Irecv", POINTER, INT, handle, INT, INT, handle, POINTER);
    MethodHandle attribute = binder.of("MPI_Comm_get_attr", handle, INT, POINTER, POINTER);
    MethodHandle iprobe = binder.of("MPI_Iprobe", INT, INT, handle, POINTER, POINTER);
    MethodHandle testall = binder.of("MPI_Testall", INT, POINTER, POINTER, POINTER);
    return new MpiLibrary(
        binder.of("MPI_Init_thread", POINTER, POINTER, INT, POINTER),
        MethodHandles.insertArguments(binder.of("MPI_Comm_rank", handle, POINTER), 0, comm),
        MethodHandles.insertArguments(binder.of("MPI_Comm_size", handle, POINTER), 0, comm),
        MethodHandles.insertArguments(attribute, 0, comm, openMpi ? OPEN_MPI_TAG_UB : MPICH_TAG_UB),
        point(isend, comm, bytes),
        point(irecv, comm, bytes),
        MethodHandles.insertArguments(iprobe, 2, comm),
        MethodHandles.insertArguments(testall, 3, ignore),
        binder.of("MPI_Finalize"),
        handle.byteSize(),
        openMpi ? OPEN_MPI_TAG_OFFSET : MPICH_TAG_OFFSET);
  }

  private static MethodHandle point(MethodHandle call, Object comm, Object bytes) {
    return MethodHandles.insertArguments(MethodHandles.insertArguments(call, 5, comm), 2, bytes);
  }

  private record Binder(SymbolLookup library) {
    MethodHandle of(String name, MemoryLayout... parameters) {
      return Linker.nativeLinker()
          .downcallHandle(library.find(name).orElseThrow(), FunctionDescriptor.of(INT, parameters));
    }
  }
}
