package kvasir.engine.batch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import kvasir.engine.Engine;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.sampling.TokenChooser;

/**
 * Receivers of all live sequences on rank 0, and what they are told of each step: tokens, ends and
 * errors. Used by one thread.
 */
final class StepAnswers {
  private final Engine engine;
  private final Scheduler scheduler;
  private final StepRunner runner;
  private final TokenChooser chooser;
  private final Branches branches;
  private final Map<Long, TokenSink> sinks = new HashMap<>();
  private final Set<Long> unbegun = new HashSet<>();

  /** Choices that choose their first tokens together with the first one, by its sequence. */
  private final Map<Long, Choices> choices = new HashMap<>();

  private Constraints constraints = Constraints.none();
  private long tokensOfOtherChoices;

  /** A request with several choices, and the receivers of those besides the first one. */
  private record Choices(Request request, List<TokenSink> others) {}

  /**
   * Creates an object without receivers.
   *
   * @param scheduler is told which sequences have ended
   * @param runner has computed the step that is answered
   * @param chooser has chosen the step's tokens
   */
  StepAnswers(Engine engine, Scheduler scheduler, StepRunner runner, TokenChooser chooser) {
    this.engine = engine;
    this.scheduler = scheduler;
    this.runner = runner;
    this.chooser = chooser;
    this.branches = new Branches(scheduler, this::track);
  }

  /** Returns the requests that wait to branch off a sequence. */
  Branches branches() {
    return branches;
  }

  /** Sets the constraints, before there are any sequences. */
  void constrainBy(Constraints all) {
    constraints = all;
  }

  /**
   * Goes on with the search for masks.
   *
   * @param stepNanos time of the last step
   */
  void searchMasks(long stepNanos) {
    constraints.search(stepNanos);
  }

  /** Returns whether a sequence cannot choose a token yet, since its mask is not known. */
  boolean awaitsMask(long number) {
    return constraints.awaitsMask(number);
  }

  /** Adds the receiver of a sequence that the scheduler has accepted. */
  void track(long number, Branches.Branch begun) {
    sinks.put(number, begun.sink());
    unbegun.add(number);
    constraints.track(number, begun.request());
  }

  /** Adds the receivers of a tracked sequence's other choices. */
  void choose(long number, Request request, List<TokenSink> others) {
    choices.put(number, new Choices(request, others));
  }

  /** Forgets a sequence and its choices; their receivers are not called any more. */
  void forget(long number) {
    choices.remove(number);
    sinks.remove(number);
    unbegun.remove(number);
    constraints.forget(number);
  }

  /** Returns the number of receivers whose sequences have not ended. */
  int live() {
    return sinks.size() + choices.values().stream().mapToInt(c -> c.others().size()).sum();
  }

  /** Returns the number of tokens that choices besides the first ones have chosen at their fork. */
  long tokensOfOtherChoices() {
    return tokensOfOtherChoices;
  }

  /** Returns a plan with its masks, after telling the receivers whose sequences begin with it. */
  StepPlan begin(StepPlan next) {
    StepPlan plan = constraints.masked(next);
    for (Span span : plan.spans()) {
      if (unbegun.remove(span.sequence())) {
        tell(span.sequence(), sink -> sink.began(span.position()));
      }
    }
    return plan;
  }

  /** Calls the sinks of all choices that choose their next tokens by the rows of a sequence. */
  private void tell(long number, Consumer<TokenSink> call) {
    call.accept(sinks.get(number));
    Choices more = choices.get(number);
    if (more != null) {
      more.others().forEach(call);
    }
  }

  /** Gives the tokens of a step that has been computed to their receivers. */
  void answer(StepPlan plan) {
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
