package kvasir.engine.batch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import kvasir.engine.sampling.TokenConstraint;
import kvasir.engine.sampling.TokenMask;

/**
 * Constraints of the sequences of a batch, on rank 0. It adds to each plan the masks that the other
 * ranks have not been told, so that they know nothing of constraints or texts. Used by one thread.
 */
final class Constraints {
  /** Part of the last step's time for which the next one may wait for masks, and its bounds. */
  private static final long STEP_PART = 8;

  private static final long LEAST_NANOS = 1_000_000;
  private static final long MOST_NANOS = 10_000_000;

  private final TokenConstraint.Source source;
  private final MaskSearches searches;
  private final Map<Long, TokenConstraint> states = new HashMap<>();

  /** Mask that all ranks apply to a sequence. */
  private final Map<Long, TokenMask> told = new HashMap<>();

  private final Set<Long> stuck = new HashSet<>();

  Constraints(TokenConstraint.Source source, MaskSearches searches) {
    this.source = source;
    this.searches = searches;
  }

  /** Returns the constraints of a batch whose requests have none. */
  static Constraints none() {
    return new Constraints(
        description -> {
          throw new IllegalArgumentException("constraints need a tokenizer");
        },
        new MaskSearches(Optional.empty(), () -> {}));
  }

  /** Notes a sequence that begins, or one that goes on as the choice of another request. */
  void track(long number, Request request) {
    forget(number);
    request
        .choice()
        .constraint()
        .ifPresent(
            description -> {
              TokenConstraint state = source.of(description);
              for (int i = request.promptTokens(); i < request.tokens().length; i++) {
                state = state.next(request.tokens()[i]);
              }
              states.put(number, state);
              searches.begin(number, state.search());
            });
  }

  void forget(long number) {
    states.remove(number);
    told.remove(number);
    stuck.remove(number);
    searches.forget(number);
  }

  /**
   * Goes on to a sequence's next token.
   *
   * @return whether its output is complete
   */
  boolean take(long number, int token) {
    TokenConstraint state = states.computeIfPresent(number, (n, before) -> before.next(token));
    if (state != null) {
      searches.begin(number, state.search());
    }
    return state != null && state.complete();
  }

  /** Returns whether one more token would complete a sequence's output. */
  boolean completes(long number, int token) {
    TokenConstraint state = states.get(number);
    return state != null && state.next(token).complete();
  }

  /** Returns whether no token can follow in a sequence, so that it must fail. */
  boolean isStuck(long number) {
    return stuck.contains(number);
  }

  /**
   * Goes on with the search for masks, for a part of a step's time.
   *
   * @param stepNanos time of the last step
   */
  void search(long stepNanos) {
    searches.advance(Math.clamp(stepNanos / STEP_PART, LEAST_NANOS, MOST_NANOS));
  }

  /** Returns whether a sequence cannot choose a token yet, since its mask is not known. */
  boolean awaitsMask(long number) {
    return searches.awaits(number);
  }

  /** Returns a plan with the masks of the sequences that choose a token. */
  StepPlan masked(StepPlan plan) {
    if (states.isEmpty()) {
      return plan;
    }
    for (Operation operation : plan.operations()) {
      // A sequence that begins anew has no mask.
      if (operation instanceof Operation.Choose) {
        told.remove(operation.sequence());
      }
    }
    List<Operation> masks = new ArrayList<>();
    for (Span span : plan.spans()) {
      if (span.chooses() && states.containsKey(span.sequence())) {
        add(span.sequence(), searches.mask(span.sequence()), masks);
      }
    }
    if (masks.isEmpty()) {
      return plan;
    }
    List<Operation> operations = new ArrayList<>(plan.operations());
    operations.addAll(masks);
    return new StepPlan(plan.step(), operations, plan.spans(), plan.wholeRows());
  }

  private void add(long number, TokenMask mask, List<Operation> masks) {
    if (mask.isEmpty()) {
      stuck.add(number);
    } else if (!mask.equals(told.getOrDefault(number, TokenMask.ALL))) {
      told.put(number, mask);
      masks.add(new Operation.Mask(number, mask));
    }
  }
}
