package kvasir.cli.job;

import java.nio.file.Path;
import kvasir.cli.KvasirCommand;
import kvasir.cluster.Communicator;
import kvasir.launch.Agreement;
import kvasir.launch.Order;

/** Comparison of ranks that somebody else launched, before they work together. */
final class RankAgreement {
  private RankAgreement() {}

  /**
   * Refuses by name what differs; every rank calls it.
   *
   * @param model directory, wherever it lies on the host of this rank
   */
  static void check(Order order, Path model, Communicator world) {
    Agreement.require(
        world, "Kvasir's version", KvasirCommand.VERSION, "install the same one on every host");
    Agreement.require(
        world,
        "the command line",
        order.common(),
        "start every rank with the same options; --bind, --debug, --kernels, --model, --threads,"
            + " --vector-bits may differ");
    Agreement.require(
        world, "the model", ModelIdentity.of(model), "give every rank the same files by --model");
  }
}
