package kvasir.serve;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import kvasir.engine.batch.BlockAttention;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.serving.GenerationListener;

/**
 * Results of the generations of one request, on their way from the engine's thread to the thread of
 * the request. Each choice of each prompt has an index.
 */
final class EventFeed {
  /** One result. */
  sealed interface Event {
    /** A prompt waits for its first step. */
    record Accepted() implements Event {}

    /** The first step of a prompt begins. */
    record Began(int prompt, int cachedTokens) implements Event {}

    /** A prompt has a further token that is described. */
    record Described(int prompt, ChosenToken token) implements Event {}

    /** A choice has a further token. */
    record Token(int index, ChosenToken token) implements Event {}

    /** The row that chooses the next token of a choice has this attention. */
    record Attended(int index, BlockAttention attention) implements Event {}

    /**
     * A choice has all its tokens.
     *
     * @param byEnd false if it has as many as it may have
     */
    record Finished(int index, boolean byEnd) implements Event {}

    /** The request cannot be answered. */
    record Failed(GenerationListener.Failure failure, String cause) implements Event {}
  }

  // Bounded by the limits of the tokens of the request.
  private final BlockingQueue<Optional<Event>> events = new LinkedBlockingQueue<>();

  /**
   * Returns the receiver of the results of one prompt.
   *
   * @param prompt number of the prompt
   * @param firstIndex index of its first choice
   */
  GenerationListener listener(int prompt, int firstIndex) {
    return new GenerationListener() {
      @Override
      public void accepted() {
        add(new Event.Accepted());
      }

      @Override
      public void began(int cachedTokens) {
        add(new Event.Began(prompt, cachedTokens));
      }

      @Override
      public void described(ChosenToken token) {
        add(new Event.Described(prompt, token));
      }

      @Override
      public void token(int choice, ChosenToken token) {
        add(new Event.Token(firstIndex + choice, token));
      }

      @Override
      public void attended(int choice, BlockAttention attention) {
        add(new Event.Attended(firstIndex + choice, attention));
      }

      @Override
      public void finished(int choice, boolean byEnd) {
        add(new Event.Finished(firstIndex + choice, byEnd));
      }

      @Override
      public void failed(Failure failure, String cause) {
        add(new Event.Failed(failure, cause));
      }
    };
  }

  private void add(Event event) {
    events.add(Optional.of(event));
  }

  /** Ends a wait for the next result, if there is one. */
  void pulse() {
    if (events.isEmpty()) {
      events.add(Optional.empty());
    }
  }

  /** Returns the next result, and waits for it; empty at a pulse. */
  Optional<Event> next() {
    try {
      return events.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a request was answered", e);
    }
  }
}
