package kvasir.launch;

import kvasir.cluster.Communicator;
import kvasir.cluster.Doorbell;
import kvasir.cluster.WrappedCommunicator;

/** Communicator between processes, whose doorbell is the side channel. */
final class RungCommunicator extends WrappedCommunicator {
  private final Doorbell doorbell;

  RungCommunicator(Communicator inner, Doorbell doorbell) {
    super(inner);
    this.doorbell = doorbell;
  }

  @Override
  public Doorbell doorbell() {
    return doorbell;
  }
}
