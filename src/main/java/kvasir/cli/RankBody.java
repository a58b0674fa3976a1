package kvasir.cli;

import java.util.Optional;
import kvasir.cli.option.UserText;
import kvasir.cluster.Communicator;
import kvasir.engine.EngineSettings;

/** What every rank of a world does. */
@FunctionalInterface
public interface RankBody {
  /** On one rank; only rank 0 prints. */
  int run(EngineSettings settings, Communicator world);

  /** The text that the user names for it to read, if any. */
  default Optional<UserText> text() {
    return Optional.empty();
  }

  /** Whether it can be taken up by another world when a rank is lost, and shall be. */
  default boolean rebuilds() {
    return false;
  }
}
