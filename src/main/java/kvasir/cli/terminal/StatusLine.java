package kvasir.cli.terminal;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kvasir.launch.Console;
import kvasir.launch.StandardError;
import kvasir.measure.Activity;

/**
 * Line at the end of a terminal that shows the current activity to a person who waits. It is
 * removed before any other line is written, and for good when results begin. In a file or a pipe
 * nothing of it is written. Thread-safe.
 */
public final class StatusLine {
  private static final Pattern STEPS = Pattern.compile("(.*) (\\d{1,18})/([1-9]\\d{0,17})");
  private static final String NAME = "kvasir: ";
  private static final int BAR = 20;
  private static final int SMALLEST_BAR = 4;
  private static final int WIDTH = 78;
  private static final long PERIOD_MILLIS = 250;

  /** Time before the line is first drawn, so that short commands do not show it. */
  private static final long FIRST_MILLIS = 750;

  /** Periods without results until the line is drawn again, so that it does not flicker. */
  private static final int PAUSE = 4;

  private final OutputStream terminal;
  private final Supplier<String> activity;
  private boolean active;
  private boolean inResults;
  private int pause;
  private String shown = "";

  StatusLine(boolean active, OutputStream terminal, Supplier<String> activity) {
    this.active = active;
    this.terminal = terminal;
    this.activity = activity;
  }

  /** Returns a new status line of this process; inactive if standard error is not a terminal. */
  public static StatusLine of(Activity activity) {
    return new StatusLine(
        Boolean.getBoolean(Console.TERMINAL), StandardError.stream(), activity::text);
  }

  /** Starts to draw the line in a new thread. */
  public void start() {
    if (isActive()) {
      Thread.ofPlatform().name("status-line").daemon(true).start(this::run);
    }
  }

  private void run() {
    long begin = System.nanoTime();
    try {
      Thread.sleep(FIRST_MILLIS);
      while (isActive()) {
        draw((System.nanoTime() - begin) / 1_000_000_000);
        Thread.sleep(PERIOD_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns whether the line may be shown. */
  public synchronized boolean isActive() {
    return active;
  }

  /**
   * Draws the current activity.
   *
   * @param seconds time for which the command has run
   */
  synchronized void draw(long seconds) {
    if (inResults || pause > 0) {
      pause--;
      return;
    }
    String text = render(activity.get(), seconds);
    if (active && !text.equals(shown)) {
      write("\r" + text + "\033[K");
      shown = text;
    }
  }

  /** Removes the line, so that another line can be written. */
  synchronized void clear() {
    if (!shown.isEmpty()) {
      write("\r\033[K");
      shown = "";
    }
  }

  /**
   * Removes the line before results are written. It is drawn again when no more results have come
   * for a second, unless they end in the middle of a line.
   */
  synchronized void results(byte[] text) {
    clear();
    if (text.length > 0) {
      inResults = text[text.length - 1] != '\n';
      pause = PAUSE;
    }
  }

  /** Removes the line and does not show it again. */
  public synchronized void end() {
    clear();
    active = false;
  }

  /** Returns a stream that removes the line before it writes. */
  public OutputStream before(OutputStream stream) {
    return new FilterOutputStream(stream) {
      @Override
      public void write(byte[] bytes, int from, int count) throws IOException {
        synchronized (StatusLine.this) {
          clear();
          out.write(bytes, from, count);
        }
      }
    };
  }

  /**
   * Returns the line as text, with a bar if the number of steps is known. The seconds change even
   * if a step takes long.
   */
  static String render(String activity, long seconds) {
    Matcher steps = STEPS.matcher(activity);
    if (!steps.matches()) {
      String time = ", " + seconds + " s";
      return NAME + cut(activity, WIDTH - NAME.length() - time.length()) + time;
    }
    long total = Long.parseLong(steps.group(3));
    long done = Math.min(Long.parseLong(steps.group(2)), total);
    String rest = String.format(Locale.ROOT, " %,d of %,d, %d s", done, total, seconds);
    int room = WIDTH - NAME.length() - "[] ".length() - rest.length();
    String task = cut(steps.group(1), room - SMALLEST_BAR);
    int bar = Math.clamp(room - task.length(), SMALLEST_BAR, BAR);
    int full = (int) (bar * (double) done / total);
    return NAME + "[" + "#".repeat(full) + "-".repeat(bar - full) + "] " + task + rest;
  }

  private static String cut(String text, int length) {
    return text.substring(0, Math.clamp(length, 0, text.length()));
  }

  private void write(String text) {
    try {
      terminal.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // The terminal is closed.
      active = false;
    }
  }
}
