package kvasir.cluster;

import java.time.Duration;
import java.util.List;

/**
 * Communicator that changes exchanges or the doorbell of another one, to which it hands all other
 * calls. As thread-safe as that one. Closing it closes the other.
 */
public abstract class WrappedCommunicator implements Communicator {
  /** The other communicator. */
  protected final Communicator inner;

  /** Wraps a communicator. */
  protected WrappedCommunicator(Communicator inner) {
    this.inner = inner;
  }

  @Override
  public final int rank() {
    return inner.rank();
  }

  @Override
  public final int size() {
    return inner.size();
  }

  @Override
  public final void limit(Duration limit) {
    inner.limit(limit);
  }

  @Override
  public final Duration limit() {
    return inner.limit();
  }

  @Override
  public void exchange(List<Message> sends, List<Message> receives) {
    inner.exchange(sends, receives);
  }

  @Override
  public Doorbell doorbell() {
    return inner.doorbell();
  }

  @Override
  public final void close() {
    inner.close();
  }
}
