package kvasir.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * Decision when warm-up is over: when two successive windows of runs take the same time and the
 * compilers are quiet in the later one. The JVM's compilers run concurrently with the program and
 * finish when they get a processor, so no fixed number of seconds would do. Not thread-safe.
 */
public final class SteadyState {
  private static final int MIN_RUNS = 3;
  private static final double MIN_WINDOW = 0.8;
  private static final double MIN_TOTAL = 3;
  private static final double SAME = 0.02;
  private static final double MAX_COMPILING = 0.05;

  private final List<Double> seconds = new ArrayList<>();
  private final List<Long> compiled = new ArrayList<>();
  private double total;

  /**
   * Adds a run.
   *
   * @param runSeconds duration of the run
   * @param jitMillis compilation time from the start of the JVM to the end of the run, as {@link
   *     JvmWork} counts it
   */
  public void add(double runSeconds, long jitMillis) {
    seconds.add(runSeconds);
    compiled.add(jitMillis);
    total += runSeconds;
  }

  /**
   * Returns whether compilation took more than 5 % of an interval.
   *
   * @param jitMillis compilation time in the interval
   * @param seconds duration of the interval
   */
  public static boolean compiling(long jitMillis, double seconds) {
    return jitMillis > 1e3 * MAX_COMPILING * seconds;
  }

  /**
   * Discards all runs but keeps their time, because speed has changed again.
   *
   * @param meanwhile seconds that have passed since the last run
   */
  public void restart(double meanwhile) {
    seconds.clear();
    compiled.clear();
    total += meanwhile;
  }

  /** Returns whether the steady state has been reached. */
  public boolean reached() {
    int window = window();
    int runs = seconds.size();
    if (total < MIN_TOTAL || runs < 2 * window + 1) {
      return false;
    }
    double late = median(runs - window, runs);
    double early = median(runs - 2 * window, runs - window);
    long compiling = compiled.getLast() - compiled.get(runs - window - 1);
    return Math.abs(late - early) <= SAME * late && !compiling(compiling, sum(window));
  }

  /** Returns the number of runs in a window: at least three, and enough to fill the least time. */
  private int window() {
    int runs = 0;
    double time = 0;
    while (runs < seconds.size() && (runs < MIN_RUNS || time < MIN_WINDOW)) {
      runs++;
      time += seconds.get(seconds.size() - runs);
    }
    return Math.max(MIN_RUNS, runs);
  }

  private double sum(int window) {
    return seconds.subList(seconds.size() - window, seconds.size()).stream()
        .mapToDouble(s -> s)
        .sum();
  }

  private double median(int from, int to) {
    return Statistics.median(
        seconds.subList(from, to).stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Returns the number of runs since the start or the last restart. */
  public int runs() {
    return seconds.size();
  }

  /** Returns the seconds of all runs so far, including discarded ones. */
  public double seconds() {
    return total;
  }
}
