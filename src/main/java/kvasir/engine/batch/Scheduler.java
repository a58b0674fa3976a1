package kvasir.engine.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import kvasir.cache.BlockPool;
import kvasir.cache.PrefixIndex;
import kvasir.cache.Sequence;
import kvasir.engine.sampling.ChoiceOptions;

/**
 * Decisions of continuous batching, made on rank 0: the sequences that run, the blocks that they
 * hold on all ranks, and the rows of each step. A step goes like this:
 *
 * <pre>
 *   next()                                  plan, or nothing to do
 *     (all ranks apply the plan and compute its rows)
 *   chosen(number, token)                   for each span with logits, or else
 *     finished(number), failed(number)
 *   stepTook(nanos)                         ends the step
 * </pre>
 *
 * <p>{@link #submit}, {@link #cancel} and {@link #preempt} may be called at any time, {@link #fork}
 * between steps. A sequence ends once: by the one call of {@code chosen}, {@code finished}, {@code
 * failed} or {@code cancel} that returns true. Decisions depend on the calls and on the given times
 * only. Not thread-safe.
 */
public final class Scheduler {
  private final Limits limits;
  private final BlockPool pool;
  private final LiveSequences sequences;
  private final Admission admission;
  private final RowPlanner rows;
  private final StepCost cost;
  private List<Live> inStep = List.of();
  private List<Live> searching = List.of();
  private final List<Live> ended = new ArrayList<>();
  private StepPlan plan;
  private long nextNumber;
  private long nextStep;
  private long promptRows;
  private long outputTokens;
  private long recomputedRows;
  private long hitTokens;
  private long forcedPreemptions;

  /**
   * Creates a scheduler without sequences.
   *
   * @param pool blocks of all ranks
   * @param index index of the pool's blocks; stays empty unless the limits allow sharing
   * @param cost estimate of a step's time, which the scheduler keeps up to date
   */
  public Scheduler(Limits limits, BlockPool pool, PrefixIndex index, StepCost cost) {
    this.limits = limits;
    this.pool = pool;
    this.cost = cost;
    sequences = new LiveSequences(pool, index, limits.sharing(), limits.storing());
    admission = new Admission(pool, sequences, limits.maxSequences());
    rows = new RowPlanner(limits, pool, sequences, cost);
  }

  /**
   * Accepts a request, which begins when its turn comes and its blocks are available, or refuses
   * one that could not run even alone.
   */
  public Submission submit(Request request) {
    Optional<String> reason = unfit(request);
    if (reason.isPresent()) {
      return new Submission.Refused(reason.get());
    }
    Sequence sequence = new Sequence(nextNumber, request.tokens(), request.promptTokens());
    Live live = new Live(sequence, request.outputLimit(limits.context()), request);
    nextNumber++;
    sequences.addWaiting(live);
    return new Submission.Accepted(live.number());
  }

  /**
   * Accepts a request that begins with a running sequence's first tokens, as another choice of the
   * same request does. Their keys and values are shared or copied, not computed. Between steps
   * only.
   *
   * @param parent number of the running sequence
   * @param common number of common tokens, all of them computed, and fewer than the request has
   * @return a refusal, with nothing changed, if the sequence does not run, there are no blocks for
   *     the rest, there is no place for another sequence, or the request could not run even alone
   */
  public Submission fork(long parent, int common, Request request) {
    requireNoStep();
    Live from = sequences.find(parent);
    if (from == null || !sequences.isRunning(from)) {
      return new Submission.Refused("sequence " + parent + " does not run");
    }
    if (common < 1 || common > from.sequence.computed() || common >= request.tokens().length) {
      return new Submission.Refused(
          common + " of " + from.sequence.computed() + " computed tokens cannot be shared");
    }
    if (sequences.running().size() >= limits.maxSequences()) {
      return new Submission.Refused("all " + limits.maxSequences() + " sequences run");
    }
    Optional<String> reason = unfit(request);
    if (reason.isPresent()) {
      return new Submission.Refused(reason.get());
    }
    Optional<Sequence> fork =
        from.sequence.fork(pool, nextNumber, common, request.tokens(), request.promptTokens());
    if (fork.isEmpty()) {
      return new Submission.Refused("no block for the tokens that are not shared");
    }
    nextNumber++;
    Live live = new Live(fork.get(), request.outputLimit(limits.context()), request);
    sequences.addFork(live, from);
    return new Submission.Accepted(live.number());
  }

  /** Returns the reason for which a request could not run even alone, if there is one. */
  private Optional<String> unfit(Request request) {
    int limit = request.outputLimit(limits.context());
    if (limit <= request.tokens().length - request.promptTokens()) {
      return Optional.of(
          "%,d tokens do not fit the context of %,d tokens"
              .formatted(request.tokens().length, limits.context()));
    }
    return shortage(request.promptTokens() + limit - 1);
  }

  /**
   * Ends a sequence at its client's wish; its blocks are released before the next plan.
   *
   * @return false if there is no such sequence or it has ended before
   */
  public boolean cancel(long number) {
    return end(sequences.find(number));
  }

  /**
   * Takes a running sequence's blocks away between steps; it is resumed, with the same tokens, in
   * the step after the next at the earliest.
   *
   * @return false if the sequence does not run
   */
  public boolean preempt(long number) {
    requireNoStep();
    Live live = sequences.find(number);
    if (live == null || !sequences.isRunning(live)) {
      return false;
    }
    sequences.preempt(live);
    live.notBefore = nextStep + 1;
    forcedPreemptions++;
    return true;
  }

  /**
   * Returns the plan of the next step, which {@link #stepTook} must end. The plan has at least one
   * row while a sequence can run; without sequences it may have operations only.
   *
   * @return empty if the ranks have nothing to do or to learn. While {@link #idle} is false this
   *     means that blocks are held by others than sequences
   */
  public Optional<StepPlan> next() {
    return next(number -> false);
  }

  /**
   * Returns the plan of the next step, as {@link #next()} does.
   *
   * @param held whether a sequence, by its number, must not choose a token yet; it keeps its blocks
   */
  public Optional<StepPlan> next(LongPredicate held) {
    requireNoStep();
    sequences.releaseWritten();
    hitTokens += admission.admit(nextStep);
    searching = sequences.search();
    if (!searching.isEmpty()) {
      // The rows depend on what the ranks find.
      plan = new StepPlan(nextStep++, sequences.takeOperations(), List.of());
      return Optional.of(plan);
    }
    inStep = rows.plan(nextStep, held);
    List<Span> spans = new ArrayList<>(inStep.size());
    for (Live live : inStep) {
      int position = live.sequence.computed();
      int end = position + live.rows;
      sequences.announce(live, pool.blocks(end));
      live.choosing = end == live.sequence.length();
      spans.add(span(live, position, end));
    }
    if (spans.isEmpty() && !sequences.hasOperations()) {
      return Optional.empty();
    }
    plan = new StepPlan(nextStep++, sequences.takeOperations(), spans);
    return Optional.of(plan);
  }

  private static Span span(Live live, int position, int end) {
    int logits = live.logits(position, end);
    int next = logits > 0 && !live.choosing ? live.sequence.tokens(end, end + 1)[0] : Span.NONE;
    return new Span(live.number(), position, live.sequence.tokens(position, end), logits, next);
  }

  /**
   * Counts blocks that the ranks have read from files as stored, and offers them to others. Called
   * in a step whose plan has such operations.
   *
   * @param blocks number of blocks of each {@link Operation.Load} of the plan, in their order
   */
  void loaded(List<Integer> blocks) {
    for (int i = 0; i < searching.size(); i++) {
      Live live = searching.get(i);
      int rows = blocks.get(i) * pool.blockTokens();
      live.sequence.advance(rows, pool.blockTokens());
      hitTokens += rows;
      live.everComputed = Math.max(live.everComputed, live.sequence.computed());
      sequences.offer(live);
    }
    searching = List.of();
  }

  /**
   * Appends the token that was chosen from a span's logits. Ignored if the sequence has been
   * cancelled.
   *
   * @return true if it is the last one that the request or the context allows, so that the sequence
   *     has ended
   * @throws IllegalStateException if the step has no logits of the sequence
   */
  public boolean chosen(long number, int token) {
    Live live = sequences.find(number);
    if (live == null || live.ended) {
      return false;
    }
    if (!live.choosing) {
      throw new IllegalStateException("sequence " + number + " has no logits");
    }
    live.choosing = false;
    live.sequence.append(token);
    outputTokens++;
    return live.sequence.outputTokens() == live.outputLimit && end(live);
  }

  /**
   * Ends a sequence, for instance at an end token.
   *
   * @return false if there is no such sequence or it has ended before
   */
  public boolean finished(long number) {
    return end(sequences.find(number));
  }

  /**
   * Ends a sequence whose numbers are not sound, at an unknown position: none of its blocks is
   * offered to others any more.
   *
   * @return false if there is no such sequence or it has ended before
   */
  public boolean failed(long number) {
    return failed(number, 0);
  }

  /**
   * Ends a sequence whose numbers are not sound from a position on. Blocks from the one with that
   * position on are not offered to others any more.
   *
   * @return false if there is no such sequence or it has ended before
   */
  public boolean failed(long number, int position) {
    Live live = sequences.find(number);
    if (live == null || live.ended) {
      return false;
    }
    live.failedFrom = position;
    return end(live);
  }

  /**
   * Ends the step: its rows count as stored, whole blocks are offered to other sequences, and
   * sequences that have ended release theirs.
   *
   * @param nanos time of the step in nanoseconds, for the estimate; 0 if it was not measured
   * @throws IllegalStateException if there is no step, or a span's logits were not answered
   */
  public void stepTook(long nanos) {
    if (plan == null) {
      throw new IllegalStateException("no step");
    }
    for (Live live : inStep) {
      if (live.choosing && !live.ended) {
        throw new IllegalStateException("no token of sequence " + live.number());
      }
    }
    inStep.forEach(this::store);
    cost.observe(plan.rows(), plan.keys(), nanos);
    inStep = List.of();
    plan = null;
    ended.forEach(this::remove);
    ended.clear();
  }

  /** Continues a sequence as one choice of its request, if it has not ended. */
  void continueAs(long number, ChoiceOptions choice) {
    Live live = sequences.find(number);
    if (live != null) {
      live.choice = choice;
    }
  }

  /** Returns whether a sequence has not ended. */
  public boolean lives(long number) {
    Live live = sequences.find(number);
    return live != null && !live.ended;
  }

  /** Returns whether there is no sequence, and nothing that the ranks have not been told. */
  public boolean idle() {
    return sequences.running().isEmpty()
        && sequences.waiting().isEmpty()
        && !sequences.hasOperations();
  }

  /** Returns counts since the scheduler's start. */
  public Counts counts() {
    return new Counts(
        sequences.running().size(),
        sequences.waiting().size(),
        promptRows,
        outputTokens,
        recomputedRows,
        hitTokens,
        rows.preemptions() + forcedPreemptions);
  }

  private void store(Live live) {
    int from = live.sequence.computed();
    if (live.failedFrom == Integer.MAX_VALUE) {
      live.sequence.advance(live.rows, pool.blockTokens());
      sequences.offer(live);
    }
    live.described = Math.max(live.described, from + live.rows + 1);
    int again = Math.clamp(live.everComputed - from, 0, live.rows);
    recomputedRows += again;
    int promptEnd = Math.min(from + live.rows, live.sequence.promptTokens());
    promptRows += Math.max(0, promptEnd - from - again);
    live.everComputed = Math.max(live.everComputed, from + live.rows);
    live.rows = 0;
    live.choosing = false;
  }

  private boolean end(Live live) {
    if (live == null || live.ended) {
      return false;
    }
    live.ended = true;
    if (plan == null) {
      remove(live);
    } else {
      ended.add(live);
    }
    return true;
  }

  private void remove(Live live) {
    if (live.failedFrom < Integer.MAX_VALUE) {
      sequences.retract(live, live.failedFrom);
    } else if (sequences.isRunning(live)) {
      sequences.save(live);
    }
    sequences.remove(live);
  }

  private void requireNoStep() {
    if (plan != null) {
      throw new IllegalStateException("step " + plan.step() + " has not ended");
    }
  }

  /** Returns the live sequences, for tests. */
  LiveSequences sequences() {
    return sequences;
  }

  private Optional<String> shortage(int tokens) {
    int blocks = pool.blocks(tokens);
    for (int rank = 0; rank < pool.ranks(); rank++) {
      int needed = pool.blocksOn(rank, 0, blocks);
      int capacity = pool.capacity(rank);
      if (needed > capacity) {
        String text =
            "%,d tokens take %,d blocks (%,d bytes) on rank %d, which has %,d (%,d bytes)";
        return Optional.of(
            text.formatted(
                tokens,
                needed,
                needed * limits.blockBytes(),
                rank,
                capacity,
                capacity * limits.blockBytes()));
      }
    }
    return Optional.empty();
  }
}
