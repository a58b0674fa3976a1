package kvasir.cli;

import java.util.Optional;
import kvasir.cli.option.UserText;
import kvasir.cluster.Communicator;
import kvasir.engine.EngineSettings;

/** Work of every rank of a world. */
@FunctionalInterface
public interface RankBody {
  /** Does the work on one rank. Only rank 0 prints results. */
  int run(EngineSettings settings, Communicator world);

  /** Returns the text that the work reads; empty if it reads none. */
  default Optional<UserText> text() {
    return Optional.empty();
  }

  /** Returns whether a new world continues the work after the loss of a rank. */
  default boolean rebuilds() {
    return false;
  }
}
