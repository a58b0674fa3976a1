package kvasir.engine.batch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kvasir.cache.Ownership;
import kvasir.tensor.Shares;

/**
 * Situation for {@link Replay}: pools, limits and arrivals, in a short notation whose parts are
 * separated by semicolons.
 *
 * <pre>
 *   pool 6 x 16          six blocks of 16 tokens on each rank; pool 6,4 x 16: on two ranks
 *   rows 24              rows of a step; chunk 5, sequences 2, shards 8, context 128, nanos 1000
 *   no sharing           no prefix cache
 *   A 40+20 @0           a prompt of 40 tokens, 20 to generate, arrives before step 0
 *   B ~A 32, 50+4 @1     shares its first 32 tokens with A (those of A's answer may be among them)
 *   shares 6,1,1         shares of the ranks, else even
 *   32 x C 64+4 @0       32 equal ones, named C, C2, C3, ...
 *   A x@3                cancelled before step 3
 *   A p@5                preempted before step 5
 *   F forks A @5         forks before step 5 behind all computed tokens; F forks A 32 @5: behind 32
 *   F forks A 32+9 @5    forks behind 32 tokens, and has nine more in its prompt
 *   A nan@2              fails in step 2
 *   A ends 7             chooses its end token as token 7
 * </pre>
 */
final class Schedule {
  private static final Pattern POOL = Pattern.compile("pool ([\\d,]+) x (\\d+)");
  private static final Pattern NUMBER =
      Pattern.compile("(rows|chunk|sequences|shards|context|nanos) (\\d+)");
  private static final Pattern ARRIVAL =
      Pattern.compile("(?:(\\d+) x )?(\\w+) (?:~(\\w+) (\\d+), )?(\\d+)\\+(\\d+) @(\\d+)");
  private static final Pattern EVENT = Pattern.compile("(\\w+) (x|p|nan)@(\\d+)");
  private static final Pattern FORK =
      Pattern.compile("(\\w+) forks (\\w+)(?: (\\d+)(?:\\+(\\d+))?)? @(\\d+)");
  private static final Pattern SHARES = Pattern.compile("shares ([\\d,]+)");
  private static final Pattern ENDS = Pattern.compile("(\\w+) ends (\\d+)");

  /** A sequence of the schedule. */
  static final class Line {
    final String name;
    final int[] prompt;
    final int maxTokens;
    final int arrival;
    int endsAfter = Integer.MAX_VALUE;

    Line(String name, int[] prompt, int maxTokens, int arrival) {
      this.name = name;
      this.prompt = prompt;
      this.maxTokens = maxTokens;
      this.arrival = arrival;
    }
  }

  /** Kinds of events before a step ({@code nan}: in it). */
  enum Kind {
    CANCEL,
    PREEMPT,
    FAIL
  }

  /** Something that happens to a sequence. */
  record Event(String name, Kind kind, int step) {}

  /**
   * Fork of a sequence.
   *
   * @param common number of common tokens; -1 for all computed ones
   * @param more number of tokens behind them in a prompt of its own; 0 for another choice, which
   *     has one token
   */
  record Fork(String name, String parent, int common, int more, int step) {}

  final Map<String, Integer> numbers =
      new HashMap<>(
          Map.of(
              "rows",
              512,
              "chunk",
              1 << 20,
              "sequences",
              1 << 20,
              "shards",
              16,
              "context",
              1 << 20,
              "nanos",
              Integer.MAX_VALUE));
  final List<Line> lines = new ArrayList<>();
  final List<Event> events = new ArrayList<>();
  final List<Fork> forks = new ArrayList<>();
  int[] pools = {64};
  int[] shares;
  int blockTokens = 16;
  boolean sharing = true;

  static Schedule parse(String text) {
    Schedule schedule = new Schedule();
    for (String part : text.split(";", -1)) {
      if (!part.isBlank()) {
        schedule.add(part.strip().replaceAll("\\s+", " "));
      }
    }
    return schedule;
  }

  int number(String name) {
    return numbers.get(name);
  }

  Line line(String name) {
    return lines.stream().filter(line -> line.name.equals(name)).findFirst().orElseThrow();
  }

  private void add(String part) {
    Matcher pool = POOL.matcher(part);
    Matcher number = NUMBER.matcher(part);
    Matcher arrival = ARRIVAL.matcher(part);
    Matcher event = EVENT.matcher(part);
    Matcher fork = FORK.matcher(part);
    Matcher share = SHARES.matcher(part);
    Matcher ends = ENDS.matcher(part);
    if (pool.matches()) {
      pools = FakeModel.ints(pool.group(1));
      blockTokens = Integer.parseInt(pool.group(2));
    } else if (number.matches()) {
      numbers.put(number.group(1), Integer.parseInt(number.group(2)));
    } else if (part.equals("no sharing")) {
      sharing = false;
    } else if (arrival.matches()) {
      addArrival(arrival);
    } else if (event.matches()) {
      Kind kind =
          switch (event.group(2)) {
            case "x" -> Kind.CANCEL;
            case "p" -> Kind.PREEMPT;
            default -> Kind.FAIL;
          };
      events.add(new Event(event.group(1), kind, Integer.parseInt(event.group(3))));
    } else if (share.matches()) {
      shares = FakeModel.ints(share.group(1));
    } else if (fork.matches()) {
      int common = fork.group(3) == null ? -1 : Integer.parseInt(fork.group(3));
      int more = fork.group(4) == null ? 0 : Integer.parseInt(fork.group(4));
      int step = Integer.parseInt(fork.group(5));
      forks.add(new Fork(fork.group(1), fork.group(2), common, more, step));
    } else if (ends.matches()) {
      line(ends.group(1)).endsAfter = Integer.parseInt(ends.group(2));
    } else {
      throw new IllegalArgumentException(part);
    }
  }

  Ownership ownership() {
    Shares parts =
        shares == null
            ? Shares.even(pools.length)
            : new Shares(Arrays.stream(shares).boxed().toList());
    return new Ownership(number("shards"), parts);
  }

  private void addArrival(Matcher arrival) {
    int copies = arrival.group(1) == null ? 1 : Integer.parseInt(arrival.group(1));
    String name = arrival.group(2);
    int[] prompt = FakeModel.prompt(name, Integer.parseInt(arrival.group(5)));
    if (arrival.group(3) != null) {
      Line other = line(arrival.group(3));
      int common = Integer.parseInt(arrival.group(4));
      int[] text = FakeModel.continued(other.prompt, Math.max(0, common - other.prompt.length));
      System.arraycopy(text, 0, prompt, 0, common);
    }
    for (int copy = 1; copy <= copies; copy++) {
      lines.add(
          new Line(
              copy == 1 ? name : name + copy,
              prompt,
              Integer.parseInt(arrival.group(6)),
              Integer.parseInt(arrival.group(7))));
    }
  }
}
