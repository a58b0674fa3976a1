package kvasir.measure;

import java.util.function.Consumer;

/**
 * Current activity of a rank or a launcher. The heartbeat reports it, so that a loss can be
 * described, and the status line shows it. A process creates one when it starts; if several ranks
 * are threads of that process, only rank 0 uses it. Setting an activity is cheap enough for every
 * token. Thread-safe.
 */
public final class Activity {
  private record Step(String what, long done, long total) {}

  private static final Step STARTING = new Step("starting", 0, 0);

  private volatile Step now = STARTING;
  private volatile Runnable begun = () -> {};
  private volatile Consumer<String> log = what -> {};

  /** Sets an activity without steps, such as "loading weights". */
  public void set(String what) {
    set(what, 0, 0);
  }

  /**
   * Sets an activity with steps, such as "prefill" at 512 of 4,096 tokens. Listeners are called
   * only if the name has changed.
   *
   * @param what name of the activity
   * @param done number of steps done
   * @param total number of steps, or 0 for an activity without steps
   */
  public void set(String what, long done, long total) {
    boolean other = !now.what.equals(what);
    now = new Step(what, done, total);
    if (other) {
      begun.run();
      log.accept(what);
    }
  }

  /**
   * Sets the action to run when another activity begins. The heartbeat sends a new activity at
   * once, and steps with its regular beats.
   */
  public void onBegin(Runnable action) {
    begun = action;
  }

  /**
   * Takes over the activity of another process: a launcher shows that of its rank 0.
   *
   * @param text activity as {@link #text} returns it; "starting" is ignored
   */
  public void follow(String text) {
    if (!text.equals(STARTING.what)) {
      now = new Step(text, 0, 0);
    }
  }

  /** Sets the listener that is called with the name of each activity that begins. */
  public void logTo(Consumer<String> listener) {
    log = listener;
  }

  /** Returns the current activity, followed by its steps as {@code 512/4096} if it has any. */
  public String text() {
    Step step = now;
    return step.total == 0 ? step.what : step.what + " " + step.done + "/" + step.total;
  }
}
