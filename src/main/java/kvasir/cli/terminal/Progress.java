package kvasir.cli.terminal;

import kvasir.launch.Console;
import kvasir.measure.Activity;

/** Steps of work that a person waits for: told to those who watch this process. */
public final class Progress implements AutoCloseable {
  private final String task;
  private final int total;
  private final boolean told;

  private Progress(String task, int total, boolean told) {
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
   * @param told whether this process speaks for all ranks
   */
  public static Progress of(String task, int total, boolean told) {
    Progress progress = new Progress(task, total, told);
    progress.reach(0);
    return progress;
  }

  public void reach(int done) {
    if (told) {
      Activity.set(task, done, total);
    }
  }

  @Override
  public void close() {
    if (told) {
      Activity.set("working");
    }
  }
}
