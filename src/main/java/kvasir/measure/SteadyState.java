package kvasir.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * Decides when warm-up is over: two windows of runs, one after the other, take the same time and
 * the compilers are quiet in the later one. The JVM's compilers work beside the program and finish
 * when they get a processor, so no fixed number of seconds is right.
 */
public final class SteadyState {
  private static final int LEAST_RUNS = 3;
  private static final double LEAST_WINDOW = 0.8;
  private static final double LEAST_TOTAL = 3;
  private static final double SAME = 0.02;
  private static final double MOST_COMPILING = 0.05;

  private final List<Double> seconds = new ArrayList<>();
  private final List<Long> compiled = new ArrayList<>();
  private double total;

  /**
   * Adds a run.
   *
   * @param runSeconds that it took
   * @param jitMillis that compilers have worked since the start, until its end
   */
  public void add(double runSeconds, long jitMillis) {
    seconds.add(runSeconds);
    compiled.add(jitMillis);
    total += runSeconds;
  }

  /** Whether compilers had more than a small part of some time. */
  public static boolean compiling(long jitMillis, double seconds) {
    return jitMillis > 1e3 * MOST_COMPILING * seconds;
  }

  /** Forgets all runs but not their time: something changed after all, meanwhile. */
  public void restart(double meanwhile) {
    seconds.clear();
    compiled.clear();
    total += meanwhile;
  }

  /** Whether nothing changes any more. */
  public boolean reached() {
    int window = window();
    int runs = seconds.size();
    if (total < LEAST_TOTAL || runs < 2 * window + 1) {
      return false;
    }
    double late = median(runs - window, runs);
    double early = median(runs - 2 * window, runs - window);
    long compiling = compiled.getLast() - compiled.get(runs - window - 1);
    return Math.abs(late - early) <= SAME * late && !compiling(compiling, sum(window));
  }

  /** Runs in a window: the last ones that fill its time. */
  private int window() {
    int runs = 0;
    double time = 0;
    while (runs < seconds.size() && (runs < LEAST_RUNS || time < LEAST_WINDOW)) {
      runs++;
      time += seconds.get(seconds.size() - runs);
    }
    return Math.max(LEAST_RUNS, runs);
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

  /** Runs so far. */
  public int runs() {
    return seconds.size();
  }

  /** Seconds of all runs so far. */
  public double seconds() {
    return total;
  }
}
