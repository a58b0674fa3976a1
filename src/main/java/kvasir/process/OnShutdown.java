package kvasir.process;

/** Action that runs when this process ends by a signal or an exit, unless it is closed before. */
public final class OnShutdown implements AutoCloseable {
  private final Thread hook;

  /** Registers an action; it runs in a thread of its own, concurrently with other such actions. */
  public OnShutdown(Runnable action) {
    this.hook = new Thread(action);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending and the action runs already.
    }
  }
}
