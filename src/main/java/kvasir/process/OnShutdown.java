package kvasir.process;

/** What is done when this process is being ended, by a signal or an exit, until it is closed. */
public final class OnShutdown implements AutoCloseable {
  private final Thread hook;

  public OnShutdown(Runnable action) {
    this.hook = new Thread(action);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It runs already.
    }
  }
}
