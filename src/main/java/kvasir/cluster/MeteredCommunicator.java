package kvasir.cluster;

import java.util.List;
import kvasir.measure.StepClock;

/**
 * Communicator that counts another one's messages, bytes and time. The time is that of the calls,
 * which is the exposed communication time and includes waiting for slower ranks. Not thread-safe.
 */
public final class MeteredCommunicator extends WrappedCommunicator {
  private final StepClock clock;
  private long exchanges;
  private long messages;
  private long bytes;
  private long nanos;

  /**
   * Wraps a communicator.
   *
   * @param clock told when an exchange begins and ends
   */
  public MeteredCommunicator(Communicator inner, StepClock clock) {
    super(inner);
    this.clock = clock;
  }

  /** Returns the traffic of this rank so far. */
  public Traffic traffic() {
    return new Traffic(exchanges, messages, bytes, nanos);
  }

  @Override
  public void exchange(List<Message> sends, List<Message> receives) {
    StepClock.Part before = clock.enter(StepClock.Part.EXCHANGE);
    long start = System.nanoTime();
    inner.exchange(sends, receives);
    nanos += System.nanoTime() - start;
    clock.enter(before);
    exchanges++;
    messages += sends.size();
    for (int i = 0; i < sends.size(); i++) {
      bytes += sends.get(i).data().byteSize();
    }
  }
}
