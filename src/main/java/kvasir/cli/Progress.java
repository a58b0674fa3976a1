package kvasir.cli;

import java.io.Console;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on stderr for work long enough to wait for, where a person is watching. */
final class Progress implements AutoCloseable {
  private static final int LONG_WORK = 1024;

  private final ProgressBar bar;

  private Progress(ProgressBar bar) {
    this.bar = bar;
  }

  /** Whether a person is watching. */
  // JDK 25 gives null again where no terminal is attached, whatever the check says of JDK 22.
  @SuppressWarnings("SystemConsoleNull")
  static boolean watched() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  static Progress of(String task, int total, boolean visible) {
    if (!visible || !watched() || total < LONG_WORK) {
      return new Progress(null);
    }
    return new Progress(
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setStyle(ProgressBarStyle.ASCII)
            .clearDisplayOnFinish()
            .build());
  }

  void reach(int done) {
    if (bar != null) {
      bar.stepTo(done);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
