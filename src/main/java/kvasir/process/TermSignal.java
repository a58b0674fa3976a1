package kvasir.process;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Action that the first SIGTERM runs, in place of the end of this process. From then on, and once
 * this object is closed, the signal ends the process as usual. Thread-safe.
 *
 * <p>A hook of {@link OnShutdown} could not be told of a second signal, and could not choose the
 * exit code. Java's interface for signals is not part of its API, so it is called by reflection.
 */
public final class TermSignal implements AutoCloseable {
  private final Runnable action;
  private final AtomicBoolean usual = new AtomicBoolean();
  private final Class<?> signals;
  private final Class<?> handlers;
  private final Object before;

  /**
   * Takes over the signal.
   *
   * @param action runs in a thread of its own
   * @throws IllegalStateException if this JVM does not allow it
   */
  public TermSignal(Runnable action) {
    this.action = action;
    try {
      signals = Class.forName("sun.misc.Signal");
      handlers = Class.forName("sun.misc.SignalHandler");
      InvocationHandler handler =
          (proxy, method, arguments) -> {
            received();
            return null;
          };
      before =
          handle(
              Proxy.newProxyInstance(
                  TermSignal.class.getClassLoader(), new Class<?>[] {handlers}, handler));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("SIGTERM cannot be handled", e);
    }
  }

  private Object handle(Object handler) throws ReflectiveOperationException {
    try {
      Object term = signals.getConstructor(String.class).newInstance("TERM");
      return signals.getMethod("handle", signals, handlers).invoke(null, term, handler);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("SIGTERM cannot be handled", e);
    }
  }

  private void received() {
    close();
    Thread.ofPlatform().name("term").daemon(true).start(action);
  }

  /** Has the signal end this process as usual. */
  @Override
  public void close() {
    if (usual.compareAndSet(false, true)) {
      try {
        handle(before);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("SIGTERM cannot be handled", e);
      }
    }
  }
}
