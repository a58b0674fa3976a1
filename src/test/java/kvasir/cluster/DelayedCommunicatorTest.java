package kvasir.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import kvasir.cluster.local.LocalWorld;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The delay of messages: as long as asked, and without a busy core. */
class DelayedCommunicatorTest {
  private static final int EXCHANGES = 200;
  private static final Communicator.Message MESSAGE =
      new Communicator.Message(0, MemorySegment.ofArray(new byte[0]));

  @ParameterizedTest
  @ValueSource(longs = {0, 20, 200, 2000})
  void eachExchangeThatSendsTakesAtLeastTheDelay(long micros) {
    Duration delay = Duration.ofNanos(1000 * micros);
    List<Long> nanos =
        LocalWorld.run(
            2,
            Duration.ofSeconds(30),
            world -> {
              Communicator delayed = new DelayedCommunicator(world, delay);
              long begin = System.nanoTime();
              for (int i = 0; i < EXCHANGES; i++) {
                Collectives.synchronise(delayed);
              }
              return System.nanoTime() - begin;
            });
    assertTrue(nanos.getFirst() >= EXCHANGES * delay.toNanos(), nanos.toString());
  }

  @ParameterizedTest
  @ValueSource(longs = {200, 2000})
  void theSenderReleasesItsCoreMeanwhile(long micros) {
    Duration delay = Duration.ofNanos(1000 * micros);
    Communicator delayed = new DelayedCommunicator(new Silent(), delay);
    busy(delayed);
    double share = busy(delayed);
    assertTrue(share < 0.4, share + " of a core");
  }

  /** Returns the share of a core that this thread uses while it sends. */
  private static double busy(Communicator delayed) {
    long begin = System.nanoTime();
    long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    for (int i = 0; i < EXCHANGES; i++) {
      delayed.exchange(List.of(MESSAGE), List.of());
    }
    cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu;
    return (double) cpu / (System.nanoTime() - begin);
  }

  /** Communicator whose messages go nowhere. */
  private static final class Silent implements Communicator {
    @Override
    public int rank() {
      return 0;
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public void exchange(List<Message> sends, List<Message> receives) {
      // Only the delay counts.
    }

    @Override
    public void limit(Duration limit) {
      // Nothing waits.
    }

    @Override
    public Duration limit() {
      return Duration.ZERO;
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
