package kvasir.launch;

import java.util.List;
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
  public void exchange(List<Message> sends, List<Message> receives) {
    inner.exchange(sends, receives);
  }

  @Override
  public Doorbell doorbell() {
    return doorbell;
  }
}
