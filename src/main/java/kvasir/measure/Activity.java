package kvasir.measure;

import java.util.function.Consumer;

/**
 * What this process is doing, for those who may lose it. One for the process, as the heartbeat is;
 * cheap enough to be told with every token.
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

  /** Something without steps, as "loading weights". */
  public static void set(String what) {
    set(what, 0, 0);
  }

  /** Something of so many steps, as "prefill", 512 of 4,096 tokens. */
  public static void set(String what, long done, long total) {
    boolean other = !now.what.equals(what);
    now = new Activity(what, done, total);
    if (other) {
      begun.run();
      log.accept(what);
    }
  }

  /** What is to be run when something else has begun: it is told at once, steps with the beats. */
  public static void onBegin(Runnable action) {
    begun = action;
  }

  /** What a launcher's first rank does, which is what its user waits for. */
  public static void follow(String text) {
    if (!text.equals(STARTING)) {
      now = new Activity(text, 0, 0);
    }
  }

  /** Sets who is told of everything that begins. */
  public static void logTo(Consumer<String> listener) {
    log = listener;
  }

  /** What is being done, with its steps as {@code 512/4096} where they are known. */
  public static String text() {
    Activity activity = now;
    return activity.total == 0
        ? activity.what
        : activity.what + " " + activity.done + "/" + activity.total;
  }
}
