package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kvasir.cache.BlockPool;
import kvasir.cache.Ownership;
import kvasir.cache.PrefixIndex;
import kvasir.engine.sampling.ChoiceOptions;

/**
 * Replay of a {@link Schedule} on a scheduler and {@link FakeRanks}, by the calls that an engine
 * makes. All invariants are checked after each step, and at the end each sequence's tokens against
 * those that it has alone.
 */
final class Replay {
  private static final int MOST_STEPS = 200_000;

  /** One sequence of the schedule, as the client saw it. */
  static final class Outcome {
    final Schedule.Line line;
    final long number;
    final List<Integer> tokens = new ArrayList<>();
    final List<Integer> begins = new ArrayList<>();
    final List<Integer> hits = new ArrayList<>();
    int firstToken = -1;
    int end = -1;
    int rows = 0;
    int promptRows = 0;
    boolean complete = false;

    Outcome(Schedule.Line line, long number) {
      this.line = line;
      this.number = number;
    }
  }

  final Schedule schedule;
  final BlockPool pool;
  final PrefixIndex index;
  final Scheduler scheduler;
  final FakeRanks ranks;
  final Map<String, Outcome> outcomes = new LinkedHashMap<>();
  final Map<String, String> refused = new HashMap<>();
  final List<Optional<StepPlan>> plans = new ArrayList<>();
  int step;
  private final Map<Long, Outcome> byNumber = new HashMap<>();

  Replay(String text) {
    this(Schedule.parse(text));
  }

  Replay(Schedule schedule) {
    this.schedule = schedule;
    Ownership ownership = schedule.ownership();
    pool = new BlockPool(schedule.blockTokens, ownership, schedule.pools);
    index = new PrefixIndex(pool, "test".getBytes(StandardCharsets.UTF_8));
    Limits limits =
        new Limits(
            schedule.number("context"),
            schedule.number("sequences"),
            schedule.number("rows"),
            schedule.number("chunk"),
            schedule.number("nanos") == Integer.MAX_VALUE
                ? Long.MAX_VALUE
                : schedule.number("nanos"),
            1000,
            schedule.sharing);
    scheduler = new Scheduler(limits, pool, index, new StepCost());
    ranks = new FakeRanks(schedule.blockTokens, ownership, schedule.pools);
  }

  static Replay of(String text) {
    return new Replay(text).toEnd();
  }

  Outcome get(String name) {
    return outcomes.get(name);
  }

  /** Runs to the end of all sequences and checks what must hold then. */
  Replay toEnd() {
    while (!ended()) {
      assertTrue(step < MOST_STEPS, "no end");
      runStep();
    }
    checkEnd();
    return this;
  }

  Replay toStep(int last) {
    while (step < last) {
      runStep();
    }
    return this;
  }

  private boolean ended() {
    return scheduler.idle()
        && schedule.lines.stream().allMatch(line -> line.arrival < step)
        && schedule.forks.stream().allMatch(fork -> fork.step() < step)
        && schedule.events.stream().allMatch(event -> event.step() < step);
  }

  /** Runs one step: events, plan, computation, answers. */
  void runStep() {
    for (Schedule.Line line : schedule.lines) {
      if (line.arrival == step) {
        submit(line);
      }
    }
    schedule.forks.stream().filter(fork -> fork.step() == step).forEach(this::fork);
    List<Outcome> failing = new ArrayList<>();
    for (Schedule.Event event : schedule.events) {
      Outcome outcome = outcomes.get(event.name());
      if (event.step() == step && outcome != null) {
        switch (event.kind()) {
          case CANCEL -> cancel(outcome);
          case PREEMPT -> scheduler.preempt(outcome.number);
          case FAIL -> failing.add(outcome);
        }
      }
    }
    checkInvariants();
    Optional<StepPlan> plan = scheduler.next();
    plans.add(plan);
    plan.ifPresent(p -> answer(p, failing));
    checkInvariants();
    step++;
  }

  void submit(Schedule.Line line) {
    switch (scheduler.submit(new Request(line.prompt, line.maxTokens, ChoiceOptions.GREEDY))) {
      case Submission.Accepted(long number) -> {
        Outcome outcome = new Outcome(line, number);
        outcomes.put(line.name, outcome);
        byNumber.put(number, outcome);
      }
      case Submission.Refused(String reason) -> refused.put(line.name, reason);
    }
  }

  private void fork(Schedule.Fork fork) {
    Outcome parent = outcomes.get(fork.parent());
    if (parent == null) {
      refused.put(fork.name(), "no parent");
      return;
    }
    int promptTokens = parent.line.prompt.length;
    int all = promptTokens + parent.tokens.size() - 1;
    int common = fork.common() < 0 ? all : fork.common();
    int rest = Math.max(1, fork.more());
    int[] known = FakeModel.continued(parent.line.prompt, Math.max(0, common - promptTokens));
    int[] text = Arrays.copyOf(known, common + rest);
    System.arraycopy(FakeModel.prompt(fork.name(), rest), 0, text, common, rest);
    int most = parent.line.maxTokens;
    boolean choice = fork.more() == 0;
    if (choice && common + 1 - promptTokens >= most) {
      refused.put(fork.name(), "no token to choose behind the fork");
      return;
    }
    Request request =
        new Request(text, choice ? promptTokens : text.length, most, ChoiceOptions.GREEDY);
    switch (scheduler.fork(parent.number, common, request)) {
      case Submission.Accepted(long number) -> {
        int left = choice ? most - (common + 1 - promptTokens) : most;
        Outcome outcome =
            new Outcome(new Schedule.Line(fork.name(), text, left, fork.step()), number);
        outcomes.put(fork.name(), outcome);
        byNumber.put(number, outcome);
      }
      case Submission.Refused(String reason) -> refused.put(fork.name(), reason);
    }
  }

  private void cancel(Outcome outcome) {
    boolean first = outcome.end < 0;
    assertEquals(first, scheduler.cancel(outcome.number));
    assertFalse(scheduler.cancel(outcome.number));
    outcome.end = first ? step : outcome.end;
  }

  private void answer(StepPlan plan, List<Outcome> failing) {
    boolean canRun = !scheduler.sequences().running().isEmpty();
    assertTrue(!canRun || plan.rows() > 0, "a step without a row");
    assertTrue(plan.rows() <= schedule.number("rows"), "too many rows");
    note(plan);
    Map<Long, Integer> tokens = ranks.compute(plan);
    for (Outcome outcome : failing) {
      if (scheduler.failed(outcome.number)) {
        outcome.end = step;
      }
    }
    tokens.forEach((number, token) -> choose(byNumber.get(number), token));
    scheduler.stepTook(1_000_000L + 1000L * plan.rows());
  }

  private void choose(Outcome outcome, int token) {
    if (outcome.end >= 0) {
      assertFalse(scheduler.chosen(outcome.number, token));
      return;
    }
    outcome.tokens.add(token);
    outcome.firstToken = outcome.firstToken < 0 ? step : outcome.firstToken;
    boolean last = scheduler.chosen(outcome.number, token);
    boolean stop = outcome.tokens.size() == outcome.line.endsAfter;
    if (stop) {
      assertEquals(!last, scheduler.finished(outcome.number));
    }
    if (last || stop) {
      assertFalse(scheduler.finished(outcome.number));
      assertFalse(scheduler.cancel(outcome.number));
      outcome.end = step;
      outcome.complete = true;
    }
  }

  private void note(StepPlan plan) {
    for (Operation operation : plan.operations()) {
      if (operation instanceof Operation.Start(long number, int[] shared)) {
        Outcome outcome = byNumber.get(number);
        outcome.begins.add(step);
        outcome.hits.add(shared.length * schedule.blockTokens);
      }
    }
    for (Span span : plan.spans()) {
      Outcome outcome = byNumber.get(span.sequence());
      outcome.rows += span.rows();
      int promptEnd = Math.min(span.position() + span.rows(), outcome.line.prompt.length);
      outcome.promptRows += Math.max(0, promptEnd - span.position());
    }
  }

  void checkInvariants() {
    int[][] held = new int[pool.ranks()][];
    Arrays.setAll(held, rank -> new int[pool.capacity(rank)]);
    for (Live live : scheduler.sequences().running()) {
      for (int block = 0; block < live.sequence.blocks(); block++) {
        held[pool.rankOfBlock(block)][live.sequence.slot(block)]++;
      }
    }
    for (Live live : scheduler.sequences().waiting()) {
      assertEquals(0, live.sequence.blocks());
    }
    int kept = 0;
    for (int rank = 0; rank < held.length; rank++) {
      int free = 0;
      int idle = 0;
      for (int slot = 0; slot < held[rank].length; slot++) {
        boolean isFree = pool.isFree(rank, slot);
        boolean isKept = pool.isKept(rank, slot);
        assertEquals(held[rank][slot], pool.holders(rank, slot));
        assertEquals(isFree, held[rank][slot] == 0 && !isKept);
        assertTrue(!isKept || ranks.isWhole(rank, slot), "a key of a block not computed");
        free += isFree ? 1 : 0;
        idle += isKept && held[rank][slot] == 0 ? 1 : 0;
        kept += isKept ? 1 : 0;
      }
      assertEquals(free, pool.free(rank));
      assertEquals(idle, pool.idle(rank));
    }
    assertEquals(kept, index.size());
    Counts counts = scheduler.counts();
    assertTrue(counts.running() >= 0 && counts.waiting() >= 0);
  }

  private void checkEnd() {
    assertEquals(0, ranks.sequences());
    assertEquals(0, scheduler.counts().running());
    assertEquals(0, scheduler.counts().waiting());
    assertEquals(0, scheduler.sequences().promises());
    for (int rank = 0; rank < pool.ranks(); rank++) {
      assertEquals(pool.capacity(rank), pool.available(rank));
    }
    long recomputed = scheduler.counts().recomputedRows();
    int rows = 0;
    for (Outcome outcome : outcomes.values()) {
      rows += outcome.rows;
      assertTrue(outcome.end >= 0, outcome.line.name + " has not ended");
      if (outcome.complete) {
        int room = schedule.number("context") - outcome.line.prompt.length + 1;
        int most = Math.min(Math.min(outcome.line.maxTokens, room), outcome.line.endsAfter);
        assertEquals(most, outcome.tokens.size(), outcome.line.name);
      }
      assertArrayEquals(
          alone(outcome.line.prompt, outcome.tokens.size()),
          outcome.tokens.stream().mapToInt(Integer::intValue).toArray(),
          outcome.line.name);
    }
    assertTrue(recomputed <= rows);
  }

  private static int[] alone(int[] prompt, int tokens) {
    return Arrays.copyOfRange(
        FakeModel.continued(prompt, tokens), prompt.length, prompt.length + tokens);
  }
}
