package kvasir.serve;

import java.util.concurrent.atomic.AtomicInteger;

/** Bound of the sequences that run or wait at a time. Thread-safe. */
final class RequestRoom {
  private static final int RETRY_SECONDS = 2;

  private final ServerLimits limits;
  private final AtomicInteger taken = new AtomicInteger();

  RequestRoom(ServerLimits limits) {
    this.limits = limits;
  }

  /**
   * Answers a request that has room.
   *
   * @param sequences number of its sequences
   * @throws ApiError if there is no room now, or it is more than a request may have
   */
  void with(int sequences, Runnable answer) {
    if (sequences > limits.sequencesOfRequest()) {
      throw ApiError.invalid(
          "n",
          "the request has %,d choices of all prompts; ask for at most %,d"
              .formatted(sequences, limits.sequencesOfRequest()));
    }
    int before = taken.getAndUpdate(now -> fits(now, sequences) ? now + sequences : now);
    if (!fits(before, sequences)) {
      throw ApiError.overloaded(
          RETRY_SECONDS,
          "The server has %,d sequences to compute and takes no more now. Try again later."
              .formatted(before));
    }
    try {
      answer.run();
    } finally {
      taken.addAndGet(-sequences);
    }
  }

  private boolean fits(int now, int more) {
    return now + more <= limits.sequences();
  }
}
