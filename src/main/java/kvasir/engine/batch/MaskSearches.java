package kvasir.engine.batch;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import kvasir.engine.sampling.TokenConstraint.Search;
import kvasir.engine.sampling.TokenMask;

/**
 * Searches for the masks of sequences. Each goes on between steps for as long as these may wait,
 * and then in a thread of its own, while steps of other sequences are computed.
 *
 * <pre>
 *   begin ── open ── advance: found in time ──────────────────── found
 *                └── handed over, in turns with other ones ── advance: found
 * </pre>
 *
 * <p>Used by one thread, but for what is handed over.
 */
final class MaskSearches {
  /** Time for which a search goes on before it lets others take their turn. */
  private static final long TURN_NANOS = 5_000_000;

  private final Optional<Executor> background;
  private final Runnable wake;

  /** Searches that have not been handed over, in the order of their beginnings. */
  private final Map<Long, Search> open = new LinkedHashMap<>();

  private final Map<Long, Handed> handed = new HashMap<>();
  private final Map<Long, TokenMask> found = new HashMap<>();

  /**
   * Creates an object without searches.
   *
   * @param background carries out what is handed over; without it steps wait for all masks
   * @param wake called by a thread of {@code background} when a mask is found
   */
  MaskSearches(Optional<Executor> background, Runnable wake) {
    this.background = background;
    this.wake = wake;
  }

  /** Begins the search for the next mask of a sequence. */
  void begin(long number, Search search) {
    forget(number);
    open.put(number, search);
  }

  void forget(long number) {
    open.remove(number);
    found.remove(number);
    Handed other = handed.remove(number);
    if (other != null) {
      other.dropped = true;
    }
  }

  /**
   * Goes on with all searches, and hands over those that take longer.
   *
   * @param nanos time for all of them
   */
  void advance(long nanos) {
    handed.forEach((number, other) -> other.result().ifPresent(mask -> found.put(number, mask)));
    handed.keySet().removeAll(found.keySet());
    long end = System.nanoTime() + nanos;
    open.forEach((number, search) -> advance(number, search, end));
    open.clear();
  }

  private void advance(long number, Search search, long end) {
    Optional<TokenMask> mask = search.advance();
    while (mask.isEmpty() && (background.isEmpty() || System.nanoTime() < end)) {
      mask = search.advance();
    }
    if (mask.isPresent()) {
      found.put(number, mask.get());
    } else {
      Handed other = new Handed(search);
      handed.put(number, other);
      background.get().execute(other);
    }
  }

  /** Returns whether the next mask of a sequence is not known yet. */
  boolean awaits(long number) {
    return open.containsKey(number) || handed.containsKey(number);
  }

  /** Returns the next mask of a sequence, which must be known. */
  TokenMask mask(long number) {
    TokenMask mask = found.get(number);
    if (mask == null) {
      throw new IllegalStateException("no mask of sequence " + number);
    }
    return mask;
  }

  /** Search that has been handed over. */
  private final class Handed implements Runnable {
    private final Search search;
    private volatile boolean dropped;
    private volatile TokenMask mask;
    private volatile RuntimeException fault;

    Handed(Search search) {
      this.search = search;
    }

    // A fault is the loop's, which ends by it.
    @Override
    public void run() {
      try {
        long end = System.nanoTime() + TURN_NANOS;
        Optional<TokenMask> next = Optional.empty();
        while (next.isEmpty() && !dropped && System.nanoTime() < end) {
          next = search.advance();
        }
        if (next.isPresent()) {
          mask = next.get();
        } else if (!dropped) {
          background.orElseThrow().execute(this);
          return;
        }
      } catch (RuntimeException e) {
        fault = e;
      }
      wake.run();
    }

    Optional<TokenMask> result() {
      if (fault != null) {
        throw fault;
      }
      return Optional.ofNullable(mask);
    }
  }
}
