package kvasir.process;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Action that the first SIGTERM or SIGINT (Ctrl-C) runs, in place of the end of this process. From
 * then on, and once this object is closed, the signals end the process as usual. Thread-safe.
 *
 * <p>A hook of {@link OnShutdown} could not be told of a second signal, and could not choose the
 * exit code. Java's interface for signals is not part of its API, so it is called by reflection.
 */
public final class StopSignals implements AutoCloseable {
  private static final List<String> NAMES = List.of("TERM", "INT");

  private final Runnable action;
  private final AtomicBoolean usual = new AtomicBoolean();
  private final Map<String, Object> before = new LinkedHashMap<>();

  /**
   * Takes over the signals.
   *
   * @param action runs in a thread of its own
   * @throws IllegalStateException if this JVM does not allow it
   */
  public StopSignals(Runnable action) {
    this.action = action;
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          received();
          return null;
        };
    for (String signal : NAMES) {
      before.put(signal, handle(signal, handler));
    }
  }

  /**
   * Has this process ignore the signals, which terminals, Slurm and systemd send to all processes
   * of a command, so that the one that started this process can decide.
   */
  public static void ignore() {
    for (String signal : NAMES) {
      handle(signal, (proxy, method, arguments) -> null);
    }
  }

  private static Object handle(String signal, InvocationHandler handler) {
    try {
      Class<?> type = Class.forName("sun.misc.SignalHandler");
      ClassLoader loader = StopSignals.class.getClassLoader();
      return handle(signal, Proxy.newProxyInstance(loader, new Class<?>[] {type}, handler));
    } catch (ClassNotFoundException e) {
      throw unable(signal, e);
    }
  }

  private static Object handle(String signal, Object handler) {
    try {
      Class<?> signals = Class.forName("sun.misc.Signal");
      Class<?> handlers = Class.forName("sun.misc.SignalHandler");
      Object named = signals.getConstructor(String.class).newInstance(signal);
      return signals.getMethod("handle", signals, handlers).invoke(null, named, handler);
    } catch (ReflectiveOperationException e) {
      throw unable(signal, e);
    }
  }

  private static IllegalStateException unable(String signal, Exception cause) {
    return new IllegalStateException("SIG" + signal + " cannot be handled", cause);
  }

  private void received() {
    close();
    Thread.ofPlatform().name("stop").daemon(true).start(action);
  }

  /** Has the signals end this process as usual. */
  @Override
  public void close() {
    if (usual.compareAndSet(false, true)) {
      before.forEach(StopSignals::handle);
    }
  }
}
