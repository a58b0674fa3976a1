package kvasir.cluster;

import java.time.Duration;
import java.util.List;

/**
 * Counts what passes through another communicator. Time is that of the calls, so it is the time
 * that communication is exposed: waiting for slower ranks is in it.
 */
public final class MeteredCommunicator implements Communicator {
  private final Communicator inner;
  private long exchanges;
  private long messages;
  private long bytes;
  private long nanos;

  public MeteredCommunicator(Communicator inner) {
    this.inner = inner;
  }

  /** What this rank has sent and waited for so far. */
  public Traffic traffic() {
    return new Traffic(exchanges, messages, bytes, nanos);
  }

  @Override
  public int rank() {
    return inner.rank();
  }

  @Override
  public int size() {
    return inner.size();
  }

  @Override
  public void exchange(List<Message> sends, List<Message> receives) {
    long start = System.nanoTime();
    inner.exchange(sends, receives);
    nanos += System.nanoTime() - start;
    exchanges++;
    messages += sends.size();
    for (int i = 0; i < sends.size(); i++) {
      bytes += sends.get(i).data().byteSize();
    }
  }

  @Override
  public void limit(Duration limit) {
    inner.limit(limit);
  }

  @Override
  public void close() {
    inner.close();
  }
}
