package kvasir.serve;

import java.util.Optional;
import kvasir.engine.serving.EngineState;
import kvasir.engine.serving.Generation;
import kvasir.engine.serving.GenerationHandle;
import kvasir.engine.serving.GenerationListener;
import kvasir.engine.serving.TokenEngine;

/** The engine of a server, which may be absent for a while. Thread-safe. */
public final class EngineSlot implements TokenEngine {
  private static final GenerationHandle NOTHING =
      new GenerationHandle() {
        @Override
        public void stop(int choice) {}

        @Override
        public void cancel() {}
      };

  private volatile Optional<TokenEngine> engine = Optional.empty();

  /** Takes the engine that computes from now on. */
  public void set(TokenEngine next) {
    engine = Optional.of(next);
  }

  @Override
  public GenerationHandle submit(Generation generation, GenerationListener listener) {
    Optional<TokenEngine> now = engine;
    if (now.isEmpty()) {
      listener.failed(GenerationListener.Failure.LOST, "the model is being loaded");
      return NOTHING;
    }
    return now.get().submit(generation, listener);
  }

  @Override
  public EngineState state() {
    return engine.map(TokenEngine::state).orElse(EngineState.ABSENT);
  }
}
