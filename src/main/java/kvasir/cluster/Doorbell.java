package kvasir.cluster;

import java.time.Duration;

/**
 * Way to wake ranks beside the messages. A rank that waits for a message must look for it again and
 * again; one that waits for the doorbell sleeps. Whoever rings before each message, and waits
 * before each of them, loses none: rings are counted.
 */
public interface Doorbell {
  /** Doorbell of a world that has none: nobody hears it, and nobody waits for it. */
  Doorbell NONE =
      new Doorbell() {
        @Override
        public void ring() {}

        @Override
        public boolean await(Duration limit) {
          return true;
        }
      };

  /** Rings once at each other rank. */
  void ring();

  /**
   * Waits until this rank has been rung at once more than it has waited here.
   *
   * @return false if the limit passed first; a ring may have been lost, so look for the message
   * @throws kvasir.error.ClusterFailure if the wait is interrupted
   */
  boolean await(Duration limit);
}
