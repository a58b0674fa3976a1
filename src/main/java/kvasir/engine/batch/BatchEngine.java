package kvasir.engine.batch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import kvasir.cache.BlockPool;
import kvasir.cache.CacheShape;
import kvasir.cluster.Communicator;
import kvasir.engine.DecoderLogits;
import kvasir.engine.Engine;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.sampling.TokenChooser;
import kvasir.engine.sampling.TokenConstraint;
import kvasir.engine.session.BlockStore;
import kvasir.error.UserError;

/**
 * Continuous batching over the ranks of a world. Rank 0 takes requests and decides each step; the
 * other ranks {@link #follow}. A sequence's tokens have the bits that they have alone. Used by one
 * thread at a time; the engine stays the caller's.
 */
public final class BatchEngine {
  private static final int ROOT = 0;

  /** Number of the step that ends the loop. */
  private static final long END = Long.MAX_VALUE;

  private final Engine engine;
  private final Communicator world;
  private final int compareEvery;
  private final StepRunner runner;
  private final BlockPool pool;
  private final RankStates ranks;
  private final Scheduler scheduler;
  private final Branches branches;
  private final Map<Long, TokenSink> sinks = new HashMap<>();
  private final Set<Long> unbegun = new HashSet<>();

  /** Choices that choose their first tokens together with the first one, by its sequence. */
  private final Map<Long, Choices> choices = new HashMap<>();

  private final PlanLink link;
  private final TokenChooser chooser;
  private long tokensOfOtherChoices;
  private Constraints constraints = Constraints.none();

  /** A request with several choices, and the receivers of those besides the first one. */
  private record Choices(Request request, List<TokenSink> others) {}

  /** Creates the batch engine of one rank, whose blocks are in memory only, as the other does. */
  public BatchEngine(Engine engine, BatchOptions options) {
    this(engine, options, Optional.empty());
  }

  /**
   * Creates the batch engine of one rank; all ranks call it.
   *
   * @param engine made by {@link Engine#batching} or {@link Engine#sharing} for as many sequences
   * @param store files of blocks, which prompts are looked up in, and to which the blocks of
   *     sequences are written at their end; on all ranks or on none, with sharing only; stays the
   *     caller's
   * @throws UserError on every rank, if a rank's memory holds no block
   */
  public BatchEngine(Engine engine, BatchOptions options, Optional<BlockStore> store) {
    this.engine = engine;
    this.world = engine.world();
    this.compareEvery = options.compareEvery();
    CacheShape shape = engine.blocks().shape();
    int[] capacities = EngineSetup.capacities(world, options, shape);
    engine.blocks().limit(capacities[world.rank()]);
    engine
        .batchDecoder()
        .expect(Engine.stepRows(engine.settings(), engine.config(), options.maxSequences()));
    this.runner = new StepRunner(engine, capacities, store);
    int held = Math.min(Engine.LOGIT_ROWS, options.maxSequences());
    this.chooser =
        new TokenChooser(
            world, engine.settings().kernels(), new DecoderLogits(engine.batchDecoder()), held);
    this.ranks = RankStates.gather(engine);
    this.link = new PlanLink(world, ranks::measure);
    this.pool = new BlockPool(shape.blockTokens(), engine.cache().ownership(), capacities);
    this.scheduler =
        world.rank() == ROOT
            ? EngineSetup.scheduler(engine, options, pool, store.isPresent())
            : null;
    this.branches = new Branches(scheduler, this::track);
  }

  /**
   * Takes a request on rank 0.
   *
   * @param sink receives the tokens, during {@link #step}; not called if the request is refused
   */
  public Submission submit(Request request, TokenSink sink) {
    Submission answer = scheduler.submit(request);
    if (answer instanceof Submission.Accepted accepted) {
      track(accepted.number(), new Branches.Branch(request, sink));
    }
    return answer;
  }

  /**
   * Takes a request for several choices on rank 0. Its prompt is computed once.
   *
   * @param request without output so far, with as many choices as there are sinks
   * @param sinks receivers of the choices, at least one; see {@link #submit(Request, TokenSink)}
   */
  public Submission submit(Request request, List<? extends TokenSink> sinks) {
    if (request.tokens().length > request.promptTokens()) {
      throw new IllegalArgumentException("choices that differ already are requests of their own");
    }
    if (request.choice().choices() != sinks.size()) {
      throw new IllegalArgumentException(
          sinks.size() + " sinks for " + request.choice().choices() + " choices");
    }
    Submission answer = submit(request, sinks.getFirst());
    if (answer instanceof Submission.Accepted accepted && sinks.size() > 1) {
      List<TokenSink> others = List.copyOf(sinks.subList(1, sinks.size()));
      choices.put(accepted.number(), new Choices(request, others));
    }
    return answer;
  }

  /**
   * Takes requests with common first tokens on rank 0, which are computed once.
   *
   * @param common number of common tokens, fewer than each request has
   * @param requests at least one
   * @param sinks receiver of each request. If the first request is accepted and another one has no
   *     room, that one's receiver is told so later
   * @return answer to the first request; if it is a refusal, none of the requests is taken
   */
  public Submission submit(int common, List<Request> requests, List<? extends TokenSink> sinks) {
    Submission answer = submit(requests.getFirst(), sinks.getFirst());
    if (answer instanceof Submission.Accepted accepted) {
      List<Branches.Branch> others = new ArrayList<>();
      for (int i = 1; i < requests.size(); i++) {
        others.add(new Branches.Branch(requests.get(i), sinks.get(i)));
      }
      branches.add(accepted.number(), common, others);
    }
    return answer;
  }

  private void track(long number, Branches.Branch begun) {
    sinks.put(number, begun.sink());
    unbegun.add(number);
    constraints.track(number, begun.request());
  }

  /**
   * Sets the maker of the constraints of requests, on rank 0 and before there are any. Without it
   * no request has one.
   */
  public void constrainBy(TokenConstraint.Source source) {
    constraints = new Constraints(source);
  }

  /**
   * Cancels a sequence on rank 0, with all choices or requests that were submitted together with
   * it; their sinks are not called any more.
   *
   * @param number number of the submission
   * @return false if all of it has ended
   */
  public boolean cancel(long number) {
    int before = live();
    choices.remove(number);
    cancelAlone(number);
    branches.drop(number).forEach(this::cancelAlone);
    return live() < before;
  }

  private void cancelAlone(long number) {
    sinks.remove(number);
    unbegun.remove(number);
    constraints.forget(number);
    scheduler.cancel(number);
  }

  /** Returns the counts of the scheduler on rank 0. */
  public Counts counts() {
    return scheduler.counts().withOutput(tokensOfOtherChoices);
  }

  /** Returns the state of each rank's blocks, on rank 0. */
  public List<RankState> ranks() {
    return ranks.now(pool);
  }

  /** Returns the number of sequences on rank 0 that have not ended. */
  public int live() {
    int others = choices.values().stream().mapToInt(c -> c.others().size()).sum();
    return sinks.size() + others + branches.waiting();
  }

  /**
   * Computes one step, on rank 0.
   *
   * @return false if there was nothing to do
   */
  public boolean step() {
    branches.begin();
    Optional<StepPlan> next = scheduler.next();
    if (next.isEmpty()) {
      return false;
    }
    StepPlan plan = constraints.masked(next.get());
    for (Span span : plan.spans()) {
      if (unbegun.remove(span.sequence())) {
        tell(span.sequence(), sink -> sink.began(span.position()));
      }
    }
    long begin = System.nanoTime();
    link.send(plan);
    ranks.during(this::compute, plan);
    scheduler.stepTook(System.nanoTime() - begin);
    return true;
  }

  /** Calls the sinks of all choices that choose their next tokens by the rows of a sequence. */
  private void tell(long number, Consumer<TokenSink> call) {
    call.accept(sinks.get(number));
    Choices more = choices.get(number);
    if (more != null) {
      more.others().forEach(call);
    }
  }

  /**
   * Lets the other ranks know that there is nothing to do yet, on rank 0. Their waits have the
   * world's limit, within which the next step, or another call of this method, must come. It
   * reaches all of them at once, since each may sleep for some milliseconds.
   */
  public void idle() {
    link.idle();
  }

  /** Ends the loop of the other ranks, on rank 0, after what they have not been told yet. */
  public void end() {
    if (live() == 0) {
      step();
    }
    link.send(new StepPlan(END, List.of(), List.of()));
  }

  /** Computes rank 0's steps on another rank until rank 0 calls {@link #end}. */
  public void follow() {
    for (StepPlan plan = link.receive(); plan.step() != END; plan = link.receive()) {
      if (!plan.wholeRows().isEmpty()) {
        chooser.complete(plan.wholeRows());
      } else if (!plan.spans().isEmpty() || !plan.operations().isEmpty()) {
        ranks.during(this::compute, plan);
      }
    }
  }

  private void compute(StepPlan plan) {
    runner.run(plan);
    if (world.rank() == ROOT) {
      scheduler.loaded(runner.loaded());
    }
    if (compareEvery > 0 && plan.step() % compareEvery == 0) {
      runner.compareTables(plan.step());
    }
    if (plan.spans().isEmpty()) {
      return;
    }
    chooser.compute(0, runner.chosenRows());
    if (world.rank() == ROOT) {
      completeChoices(plan.step());
      answer(plan);
    }
  }

  /** Has the other ranks send whole logits where their offers do not decide. */
  private void completeChoices(long step) {
    List<Integer> rows = chooser.undecided();
    if (!rows.isEmpty()) {
      link.send(new StepPlan(step, List.of(), List.of(), rows));
      chooser.complete(rows);
    }
  }

  private void answer(StepPlan plan) {
    int row = 0;
    for (int i = 0; i < plan.spans().size(); i++) {
      Span span = plan.spans().get(i);
      // A sequence that was cancelled has no sink; the scheduler knows.
      if (span.chooses() && constraints.isStuck(span.sequence())) {
        scheduler.finished(span.sequence());
        failSinks(span.sequence(), "no token of the vocabulary continues the text by its schema");
      } else if (sinks.containsKey(span.sequence())) {
        runner.attention(i).ifPresent(a -> tell(span.sequence(), sink -> sink.attended(a)));
        answer(span, runner.unsound(i), row);
      }
      row += span.logits();
    }
  }

  private void answer(Span span, int unsound, int row) {
    long number = span.sequence();
    if (unsound >= 0) {
      fail(number, unsound, "keys or values of token %d are not finite numbers".formatted(unsound));
      return;
    }
    for (int i = 0; i < span.logits(); i++) {
      List<ChosenToken> tokens = chooser.chosen(row + i);
      int position = span.position() + span.rows() - span.logits() + i;
      if (tokens.isEmpty()) {
        engine.batchDecoder().foundNotFinite();
        fail(
            number,
            position,
            "the logits after token %d are not finite numbers".formatted(position));
        return;
      } else if (i < span.described()) {
        sinks.get(number).described(tokens.getFirst());
      } else if (choices.containsKey(number)) {
        divide(number, choices.remove(number), tokens);
      } else {
        take(number, tokens.getFirst());
      }
    }
  }

  private void take(long number, ChosenToken token) {
    TokenSink sink = sinks.get(number);
    boolean complete = constraints.take(number, token.id());
    boolean ends = sink.accept(token) || complete;
    if (scheduler.chosen(number, token.id()) || (ends && scheduler.finished(number))) {
      end(number, complete);
    }
  }

  private void end(long number, boolean complete) {
    constraints.forget(number);
    end(sinks.remove(number), complete);
  }

  private static void end(TokenSink sink, boolean complete) {
    if (complete) {
      sink.completed();
    }
    sink.finished();
  }

  /**
   * Gives all choices of a request their first tokens. The first choice that does not end keeps the
   * sequence, and the others branch off it.
   */
  private void divide(long number, Choices all, List<ChosenToken> tokens) {
    List<TokenSink> together = new ArrayList<>(List.of(sinks.remove(number)));
    together.addAll(all.others());
    List<Branches.Branch> continuing = new ArrayList<>();
    boolean single = all.request().outputLimit(engine.config().maxPositions()) == 1;
    for (int choice = 0; choice < together.size(); choice++) {
      TokenSink sink = together.get(choice);
      ChosenToken token = tokens.get(choice);
      boolean complete = constraints.completes(number, token.id());
      if (sink.accept(token) || single || complete) {
        end(sink, complete);
      } else {
        continuing.add(new Branches.Branch(all.request().with(token.id(), choice), sink));
      }
    }
    tokensOfOtherChoices += all.others().size();
    if (continuing.isEmpty()) {
      constraints.forget(number);
      if (!scheduler.chosen(number, tokens.getLast().id())) {
        scheduler.finished(number);
      }
    } else {
      Branches.Branch first = continuing.removeFirst();
      int[] ids = first.request().tokens();
      scheduler.chosen(number, ids[ids.length - 1]);
      scheduler.continueAs(number, first.request().choice());
      runner.continueAs(number, first.request().choice());
      sinks.put(number, first.sink());
      constraints.track(number, first.request());
      branches.add(number, ids.length - 1, continuing);
    }
  }

  private void fail(long number, int position, String cause) {
    scheduler.failed(number, position);
    failSinks(number, cause);
  }

  private void failSinks(long number, String cause) {
    constraints.forget(number);
    tell(number, sink -> sink.failed(cause));
    sinks.remove(number);
    choices.remove(number);
  }
}
