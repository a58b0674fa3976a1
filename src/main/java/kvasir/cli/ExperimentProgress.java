package kvasir.cli;

import java.time.Duration;
import kvasir.cli.terminal.Output;
import kvasir.cli.terminal.Progress;
import kvasir.lab.experiment.Runner;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Progress of an experiment and an estimate of the remaining time. It is a bar on a terminal, and
 * lines in a log.
 */
final class ExperimentProgress implements Runner.Listener, AutoCloseable {
  private final String name;
  private final Output output;
  private ProgressBar bar;
  private int units;
  private int first;
  private int done;
  private long start;

  ExperimentProgress(String name, Output output) {
    this.name = name;
    this.output = output;
  }

  @Override
  public void note(String text) {
    // The bar is removed before the line is printed, and drawn again below it.
    close();
    output.note("%s: %s", name, text);
    show();
  }

  @Override
  public void begin(int all, int earlier) {
    units = all;
    first = earlier;
    done = earlier;
    start = System.nanoTime();
    output.note("%s: %d tests to run, %d of them done before", name, all, earlier);
    show();
  }

  private void show() {
    if (units > 0 && Progress.watched()) {
      // The progress bar takes the place of the status line.
      output.leaveTerminal();
      bar =
          new ProgressBarBuilder()
              .setTaskName(name)
              .setInitialMax(units)
              .startsFrom(done, Duration.ZERO)
              .setStyle(ProgressBarStyle.ASCII)
              .continuousUpdate()
              .clearDisplayOnFinish()
              .build();
    }
  }

  @Override
  public void test(String text) {
    if (bar == null) {
      output.note("%s: %s%s", name, text, left());
    } else {
      bar.setExtraMessage(" " + text);
    }
  }

  @Override
  public void reach(int reached) {
    done = reached;
    if (bar != null) {
      bar.stepTo(reached);
    }
  }

  /**
   * Returns the remaining time as text, estimated from the mean time of the runs that this process
   * has measured.
   */
  private String left() {
    if (done <= first || done >= units) {
      return "";
    }
    double each = (System.nanoTime() - start) / 1e9 / (done - first);
    long seconds = Math.round(each * (units - done));
    return "; %d of %d, about %d:%02d left".formatted(done, units, seconds / 60, seconds % 60);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
