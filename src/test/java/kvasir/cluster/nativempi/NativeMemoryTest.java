package kvasir.cluster.nativempi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kvasir.error.ClusterFailure;
import org.junit.jupiter.api.Test;

/** Memory of messages over a library that keeps addresses and no references, as MPI does. */
class NativeMemoryTest {
  private static final int COLLECTIONS = 20;

  private final StandIn library = new StandIn();

  /**
   * Library that delivers nothing until {@code delivers} is set; its functions are found by name.
   */
  @SuppressWarnings({"UnusedMethod", "UnusedVariable"})
  private static final class StandIn {
    final List<WeakReference<MemorySegment.Scope>> given = new ArrayList<>();
    boolean delivers;
    int collections;

    int init(MemorySegment count, MemorySegment arguments, int level, MemorySegment provided) {
      return 0;
    }

    int rank(MemorySegment result) {
      result.set(ValueLayout.JAVA_INT, 0, 0);
      return 0;
    }

    int size(MemorySegment result) {
      result.set(ValueLayout.JAVA_INT, 0, 2);
      return 0;
    }

    int highestTag(MemorySegment value, MemorySegment flag) {
      flag.set(ValueLayout.JAVA_INT, 0, 0);
      return 0;
    }

    int start(MemorySegment data, int count, int peer, int tag, MemorySegment request) {
      given.add(new WeakReference<>(data.scope()));
      return 0;
    }

    int probe(int peer, int tag, MemorySegment flag, MemorySegment status) {
      flag.set(ValueLayout.JAVA_INT, 0, 0);
      return 0;
    }

    int test(int count, MemorySegment requests, MemorySegment flag) {
      if (collections < COLLECTIONS) {
        collections++;
        System.gc();
        given.forEach(scope -> assertNotNull(scope.get(), "freed while a message is in flight"));
      }
      flag.set(ValueLayout.JAVA_INT, 0, delivers && collections == COLLECTIONS ? 1 : 0);
      return 0;
    }

    int finish() {
      return 0;
    }

    private MethodHandle of(String name, Class<?>... parameters) {
      try {
        return MethodHandles.lookup()
            .bind(this, name, MethodType.methodType(int.class, parameters));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }

    MpiLibrary handles() {
      Class<?> at = MemorySegment.class;
      MethodHandle start = of("start", at, int.class, int.class, int.class, at);
      return new MpiLibrary(
          of("init", at, at, int.class, at),
          of("rank", at),
          of("size", at),
          of("highestTag", at, at),
          start,
          start,
          of("probe", int.class, int.class, at, at),
          of("test", int.class, at, at),
          of("finish"),
          Long.BYTES,
          Integer.BYTES);
    }

    boolean freesAll() {
      for (int i = 0; i < COLLECTIONS && given.stream().anyMatch(s -> s.get() != null); i++) {
        System.gc();
      }
      return given.stream().allMatch(scope -> scope.get() == null);
    }
  }

  private NativeCommunicator join() {
    return NativeCommunicator.join(
        library.handles(),
        0,
        Duration.ofMillis(20),
        (what, limit) -> {
          throw new IllegalStateException(what);
        });
  }

  @Test
  void isHeldUntilItsMessageHasCome() {
    library.delivers = true;
    try (NativeCommunicator world = join()) {
      world.receive(Arena.ofAuto().allocate(100), 1);
      assertEquals(COLLECTIONS, library.collections);
      assertTrue(library.freesAll(), "a message that has come holds its memory");
    }
  }

  @Test
  void isHeldForGoodAfterAFailure() {
    fail(join());
    assertFalse(library.freesAll(), "freed after a failure");
  }

  private static void fail(NativeCommunicator world) {
    ClusterFailure late =
        assertThrows(ClusterFailure.class, () -> world.receive(Arena.ofAuto().allocate(100), 1));
    assertTrue(late.getMessage().contains("no message within"), late.getMessage());
    ClusterFailure after =
        assertThrows(ClusterFailure.class, () -> world.send(Arena.ofAuto().allocate(1), 1));
    assertTrue(after.getMessage().contains("has failed before"), after.getMessage());
    world.close();
  }
}
