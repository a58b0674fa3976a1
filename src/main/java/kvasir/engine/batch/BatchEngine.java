package kvasir.engine.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import kvasir.cache.BlockPool;
import kvasir.cache.CacheShape;
import kvasir.cluster.Communicator;
import kvasir.engine.DecoderLogits;
import kvasir.engine.Engine;
import kvasir.engine.sampling.TokenChooser;
import kvasir.engine.sampling.TokenConstraint;
import kvasir.engine.session.BlockStore;
import kvasir.error.UserError;
import kvasir.team.BackgroundThreads;

/**
 * Continuous batching over the ranks of a world. Rank 0 takes requests and decides each step; the
 * other ranks {@link #follow}. A sequence's tokens have the bits that they have alone. Used by one
 * thread at a time; the engine stays the caller's.
 */
public final class BatchEngine {
  private static final int ROOT = 0;

  /** Number of the step that ends the loop. */
  private static final long END = Long.MAX_VALUE;

  private static final String WAITING = "waiting for requests";

  private final Engine engine;
  private final Communicator world;
  private final int compareEvery;
  private final StepRunner runner;
  private final BlockPool pool;
  private final RankStates ranks;
  private final Scheduler scheduler;
  private final Branches branches;
  private final StepAnswers answers;
  private final PlanLink link;
  private final TokenChooser chooser;
  private long stepNanos;

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
    this(engine, options, store, System::nanoTime);
  }

  /**
   * Creates the batch engine of one rank, with a clock.
   *
   * @param clock time in nanoseconds, by which rank 0 asks the others for their state once a second
   */
  BatchEngine(Engine engine, BatchOptions options, Optional<BlockStore> store, LongSupplier clock) {
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
    this.link = new PlanLink(world, ranks::measure, clock);
    this.pool = new BlockPool(shape.blockTokens(), engine.cache().ownership(), capacities);
    this.scheduler =
        world.rank() == ROOT
            ? EngineSetup.scheduler(engine, options, pool, store.isPresent())
            : null;
    this.answers = new StepAnswers(engine, scheduler, runner, chooser);
    this.branches = answers.branches();
  }

  /**
   * Takes a request on rank 0.
   *
   * @param sink receives the tokens, during {@link #step}; not called if the request is refused
   */
  public Submission submit(Request request, TokenSink sink) {
    Submission answer = scheduler.submit(request);
    if (answer instanceof Submission.Accepted accepted) {
      answers.track(accepted.number(), new Branches.Branch(request, sink));
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
      answers.choose(accepted.number(), request, List.copyOf(sinks.subList(1, sinks.size())));
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

  /**
   * Sets the maker of the constraints of requests, on rank 0 and before there are any. Without it
   * no request has one.
   */
  public void constrainBy(TokenConstraint.Source source) {
    answers.constrainBy(new Constraints(source, new MaskSearches(Optional.empty(), () -> {})));
  }

  /**
   * Sets the maker of the constraints of requests, on rank 0 and before there are any. A sequence
   * whose next mask takes long has no row meanwhile, so that {@link #step} may have nothing to do
   * though there are sequences.
   *
   * @param wake called by another thread when such a mask is known
   */
  public void constrainBy(TokenConstraint.Source source, Runnable wake) {
    Executor background = BackgroundThreads.of("masks", 1);
    answers.constrainBy(new Constraints(source, new MaskSearches(Optional.of(background), wake)));
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
    answers.forget(number);
    scheduler.cancel(number);
    for (long branch : branches.drop(number)) {
      answers.forget(branch);
      scheduler.cancel(branch);
    }
    return live() < before;
  }

  /** Returns the counts of the scheduler on rank 0. */
  public Counts counts() {
    return scheduler.counts().withOutput(answers.tokensOfOtherChoices());
  }

  /** Returns the state of each rank's blocks, on rank 0. */
  public List<RankState> ranks() {
    return ranks.now(pool);
  }

  /** Returns the number of sequences on rank 0 that have not ended. */
  public int live() {
    return answers.live() + branches.waiting();
  }

  /**
   * Computes one step, on rank 0.
   *
   * @return false if there was nothing to do
   */
  public boolean step() {
    branches.begin();
    answers.searchMasks(stepNanos);
    Optional<StepPlan> next = scheduler.next(answers::awaitsMask);
    if (next.isEmpty()) {
      return false;
    }
    StepPlan plan = answers.begin(next.get());
    long begin = System.nanoTime();
    link.send(plan);
    ranks.during(this::compute, plan);
    stepNanos = System.nanoTime() - begin;
    scheduler.stepTook(stepNanos);
    return true;
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
    engine.activity().set(WAITING);
    for (StepPlan plan = link.receive(); plan.step() != END; plan = link.receive()) {
      boolean toCompute = !plan.spans().isEmpty() || !plan.operations().isEmpty();
      if (!plan.wholeRows().isEmpty()) {
        chooser.complete(plan.wholeRows());
      } else if (toCompute) {
        engine.activity().set("computing steps of a batch");
        ranks.during(this::compute, plan);
      } else {
        engine.activity().set(WAITING);
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
      answers.answer(plan);
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
}
