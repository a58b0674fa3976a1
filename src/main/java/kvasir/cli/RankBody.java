package kvasir.cli;

import java.util.Optional;
import kvasir.cli.option.UserText;
import kvasir.cluster.Communicator;
import kvasir.engine.EngineSettings;

/** Work of every rank of a world. */
@FunctionalInterface
public interface RankBody {
  /** On one rank; only rank 0 prints. */
  int run(EngineSettings settings, Communicator world);

  /** The text that the user names for it to read, if any. */
  default Optional<UserText> text() {
    return Optional.empty();
  }

  /**
   * Returns whether the work can, and is to, be resumed by another world after the loss of a rank.
   */
  default boolean rebuilds() {
    return false;
  }
}
