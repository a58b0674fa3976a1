package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import kvasir.engine.sampling.TokenConstraint.Search;
import kvasir.engine.sampling.TokenMask;
import org.junit.jupiter.api.Test;

/** Searches for masks that take long, with a background that runs when the test says so. */
class MaskSearchesTest {
  private static final TokenMask MASK = TokenMask.of(new long[] {5});

  private final Queue<Runnable> background = new ArrayDeque<>();
  private int woken;
  private final MaskSearches searches =
      new MaskSearches(Optional.of(background::add), () -> woken++);

  /** Search that another one, or the test, lets end. */
  private static final class Gate implements Search {
    private boolean open;
    private int calls;

    @Override
    public Optional<TokenMask> advance() {
      calls++;
      return open ? Optional.of(MASK) : Optional.empty();
    }
  }

  @Test
  void aQuickSearchEndsBetweenTwoSteps() {
    Gate gate = new Gate();
    gate.open = true;
    searches.begin(1, gate);
    assertTrue(searches.awaits(1));
    searches.advance(0);
    assertFalse(searches.awaits(1));
    assertSame(MASK, searches.mask(1));
    assertTrue(background.isEmpty());
    assertEquals(1, gate.calls);
  }

  @Test
  void aLongSearchGoesOnElsewhereAndOthersEndBeforeIt() {
    Gate slow = new Gate();
    Gate late = new Gate();
    searches.begin(1, slow);
    searches.begin(2, late);
    searches.advance(0);
    assertEquals(2, background.size());
    late.open = true;
    // The turn of the first one ends, and it goes behind the other one.
    background.remove().run();
    background.remove().run();
    assertEquals(1, woken);
    searches.advance(0);
    assertTrue(searches.awaits(1));
    assertFalse(searches.awaits(2));
    assertSame(MASK, searches.mask(2));
    assertThrows(IllegalStateException.class, () -> searches.mask(1));
    slow.open = true;
    background.remove().run();
    searches.advance(0);
    assertSame(MASK, searches.mask(1));
    assertTrue(background.isEmpty());
  }

  @Test
  void whatIsForgottenEndsWithoutAMask() {
    Gate slow = new Gate();
    searches.begin(1, slow);
    searches.advance(0);
    searches.forget(1);
    assertFalse(searches.awaits(1));
    int calls = slow.calls;
    background.remove().run();
    assertEquals(calls, slow.calls);
    assertTrue(background.isEmpty());
    // A late end of an earlier search is not the mask of the next one.
    Gate next = new Gate();
    searches.begin(1, next);
    searches.advance(0);
    assertTrue(searches.awaits(1));
  }

  @Test
  void aFaultIsTheCallers() {
    List<Integer> calls = new ArrayList<>();
    searches.begin(
        1,
        () -> {
          calls.add(1);
          if (calls.size() > 1) {
            throw new IllegalStateException("no mask");
          }
          return Optional.empty();
        });
    searches.advance(0);
    background.remove().run();
    assertEquals(1, woken);
    assertThrows(IllegalStateException.class, () -> searches.advance(0));
  }
}
