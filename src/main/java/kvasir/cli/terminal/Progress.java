package kvasir.cli.terminal;

import kvasir.launch.Console;
import kvasir.measure.Activity;

/** Progress of a task that consists of steps. It is shown in the {@link StatusLine}. */
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

  /** Returns whether standard error is a terminal that a person may watch. */
  public static boolean watched() {
    return Boolean.getBoolean(Console.TERMINAL);
  }

  /**
   * Begins a task.
   *
   * @param activity activity of the rank or process that works
   * @param task words for the task, such as {@code reading the prompt, token}
   * @param total number of steps
   * @param told whether this process reports progress; false on ranks other than 0
   */
  public static Progress of(Activity activity, String task, int total, boolean told) {
    Progress progress = new Progress(activity, task, total, told);
    progress.reach(0);
    return progress;
  }

  /** Reports the number of steps that are done. */
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
