package kvasir.engine.serving;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import kvasir.engine.batch.BlockAttention;
import kvasir.engine.batch.Request;
import kvasir.engine.batch.TokenSink;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.sampling.TokenConstraint;
import kvasir.engine.serving.GenerationListener.Failure;

/** A generation in an {@link EngineLoop}, whose thread alone uses it except for its handle. */
final class LoopGeneration {
  private final Generation generation;
  private final GenerationListener listener;

  /** 1 for each choice that is to end at its next token. */
  private final AtomicIntegerArray stopped;

  /** Constraint of the request, held for as long as the generation may need it; or null. */
  private volatile TokenConstraint constraint;

  private volatile boolean cancelled;
  private long number;
  private int running;
  private boolean begun;
  private boolean over;

  LoopGeneration(Generation generation, GenerationListener listener) {
    this.generation = generation;
    this.listener = listener;
    this.running = generation.request().choice().choices();
    this.stopped = new AtomicIntegerArray(running);
  }

  Request request() {
    return generation.request();
  }

  void constrain(TokenConstraint made) {
    constraint = made;
  }

  /** Returns the constraint of the request, if it has been made. */
  Optional<TokenConstraint> constraint() {
    return Optional.ofNullable(constraint);
  }

  boolean cancelled() {
    return cancelled;
  }

  void accepted(long sequence) {
    number = sequence;
    listener.accepted();
  }

  long number() {
    return number;
  }

  /**
   * Returns the receivers of the choices.
   *
   * @param done called once, when all choices have ended or the generation has failed
   */
  List<TokenSink> sinks(Consumer<LoopGeneration> done) {
    List<TokenSink> sinks = new ArrayList<>();
    for (int choice = 0; choice < running; choice++) {
      sinks.add(new Sink(choice, done));
    }
    return sinks;
  }

  void fail(Failure failure, String cause) {
    if (!over) {
      over = true;
      listener.failed(failure, cause);
    }
  }

  /**
   * Returns the client's end of this generation.
   *
   * @param post hands a command to the loop's thread
   * @param cancel ends the generation, in the loop's thread
   */
  GenerationHandle handle(Consumer<Runnable> post, Runnable cancel) {
    return new GenerationHandle() {
      @Override
      public void stop(int choice) {
        stopped.set(choice, 1);
      }

      @Override
      public void cancel() {
        if (!cancelled) {
          cancelled = true;
          post.accept(cancel);
        }
      }
    };
  }

  /** Receiver of one choice. */
  private final class Sink implements TokenSink {
    private final int choice;
    private final Consumer<LoopGeneration> done;
    private boolean byEnd;

    Sink(int choice, Consumer<LoopGeneration> done) {
      this.choice = choice;
      this.done = done;
    }

    @Override
    public void began(int cachedTokens) {
      if (!begun) {
        begun = true;
        listener.began(cachedTokens);
      }
    }

    @Override
    public void described(ChosenToken token) {
      listener.described(token);
    }

    @Override
    public void attended(BlockAttention attention) {
      if (!over && stopped.get(choice) == 0) {
        listener.attended(choice, attention);
      }
    }

    @Override
    public boolean accept(ChosenToken token) {
      if (over || stopped.get(choice) == 1) {
        byEnd = true;
        return true;
      }
      listener.token(choice, token);
      byEnd = generation.ends().contains(token.id());
      return byEnd;
    }

    @Override
    public void completed() {
      byEnd = true;
    }

    @Override
    public void finished() {
      if (over) {
        return;
      }
      listener.finished(choice, byEnd);
      if (--running == 0) {
        over = true;
        done.accept(LoopGeneration.this);
      }
    }

    @Override
    public void failed(String cause) {
      fail(Failure.UNSOUND, cause);
      done.accept(LoopGeneration.this);
    }
  }
}
