package kvasir.measure;

import java.util.function.Consumer;

/**
 * Current activity of this process, which the heartbeat reports so that a loss can be described.
 * There is one activity per process, as there is one heartbeat; setting it is cheap enough for
 * every token. Thread-safe.
 */
public final class Activity {
  static final String STARTING = "starting";
  private static volatile Activity now = new Activity(STARTING, 0, 0);
  private static volatile Runnable begun = () -> {};
  private static volatile Consumer<String> log = what -> {};

  private final String what;
  private final long done;
  private final long total;

  private Activity(String what, long done, long total) {
    this.what = what;
    this.done = done;
    this.total = total;
  }

  /** Sets an activity without steps, such as "loading weights". */
  public static void set(String what) {
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
  public static void set(String what, long done, long total) {
    boolean other = !now.what.equals(what);
    now = new Activity(what, done, total);
    if (other) {
      begun.run();
      log.accept(what);
    }
  }

  /**
   * Sets the action to run when another activity begins. The heartbeat sends a new activity at
   * once, and steps with its regular beats.
   */
  public static void onBegin(Runnable action) {
    begun = action;
  }

  /**
   * Takes over the activity of another process: a launcher shows that of its rank 0.
   *
   * @param text activity as {@link #text} returns it; "starting" is ignored
   */
  public static void follow(String text) {
    if (!text.equals(STARTING)) {
      now = new Activity(text, 0, 0);
    }
  }

  /** Sets the listener that is called with the name of each activity that begins. */
  public static void logTo(Consumer<String> listener) {
    log = listener;
  }

  /** Returns the current activity, followed by its steps as {@code 512/4096} if it has any. */
  public static String text() {
    Activity activity = now;
    return activity.total == 0
        ? activity.what
        : activity.what + " " + activity.done + "/" + activity.total;
  }
}
