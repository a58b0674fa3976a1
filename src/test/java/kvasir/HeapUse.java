package kvasir;

import java.util.concurrent.locks.LockSupport;

/** Use of the heap by what is reachable. Tests that ask for it run with no other beside them. */
public final class HeapUse {
  private HeapUse() {}

  /** Returns the least of several values, since threads of other tests may not have ended yet. */
  public static long afterCollection() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      LockSupport.parkNanos(20_000_000);
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
