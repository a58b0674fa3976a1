package kvasir.cli.job;

import kvasir.cluster.Communicator;
import kvasir.launch.Agreement;
import kvasir.launch.Order;
import kvasir.model.OpenedModel;

/** Check that ranks have the same options and the same model before they work together. */
final class RankAgreement {
  private RankAgreement() {}

  /**
   * Compares options and model with those of rank 0. Every rank must call it.
   *
   * @param model the model on this rank's host; its directory may differ between hosts
   * @throws kvasir.error.UserError on every rank, naming what differs
   */
  static void check(Order order, OpenedModel model, Communicator world) {
    Agreement.require(
        world, "Kvasir's version", ProgramVersion.TEXT, "install the same one on every host");
    Agreement.require(
        world,
        "the command line",
        order.common(),
        "start every rank with the same options; --bind, --debug, --kernels, --model, --threads,"
            + " --vector-bits may differ");
    Agreement.require(
        world, "the model", model.hash(), "give every rank the same files by --model");
  }
}
