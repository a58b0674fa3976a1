package kvasir.team;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for work that must not hold up the thread that asks for it. They are threads of the
 * system, which shares processors among them and others by time, and end when they are idle.
 */
public final class BackgroundThreads {
  private static final long IDLE_SECONDS = 10;

  private BackgroundThreads() {}

  /**
   * Returns an executor that carries out tasks in the order in which they come.
   *
   * @param name name of its threads
   * @param most largest number of threads; further tasks wait, as many as the caller submits
   */
  public static Executor of(String name, int most) {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name(name).daemon(true).factory());
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }
}
