package kvasir.cli.terminal;

import kvasir.launch.Console;
import kvasir.measure.Activity;

/** Steps of work that a person waits for: told to those who watch this process. */
public final class Progress implements AutoCloseable {
  private final Activity activity;
  private final String task;
  private final int total;
  private final boolean told;

  private Progress(Activity activity, String task, int total, boolean told) {
    this.activity = activity;
    this.task = task;
    this.total = total;
    this.told = told;
  }

  /** Returns whether a person is watching standard error. */
  public static boolean watched() {
    return Boolean.getBoolean(Console.TERMINAL);
  }

  /**
   * Begins work of so many steps.
   *
   * @param activity of the rank or process that works
   * @param told whether this process speaks for all ranks
   */
  public static Progress of(Activity activity, String task, int total, boolean told) {
    Progress progress = new Progress(activity, task, total, told);
    progress.reach(0);
    return progress;
  }

  public void reach(int done) {
    if (told) {
      activity.set(task, done, total);
    }
  }

  @Override
  public void close() {
    if (told) {
      activity.set("working");
    }
  }
}
