package kvasir.text;

import java.util.Arrays;
import java.util.List;

/**
 * Search for stop strings in a growing text. It keeps only the end of the text in which a stop
 * string may have begun. Each character has a place in the text that is shown; characters that are
 * not shown have the place of the next one that is.
 */
final class StopSearch {
  private static final int NOWHERE = -1;

  private final List<String> stops;
  private final int longest;
  private final StringBuilder tail = new StringBuilder();
  private int[] places = new int[0];

  StopSearch(List<String> stops) {
    this.stops = List.copyOf(stops);
    this.longest = stops.stream().mapToInt(String::length).max().orElse(0);
  }

  /**
   * Adds a piece of the text.
   *
   * @param place place of the piece's first character in the text that is shown
   * @param shown true if its characters are shown
   * @return the place at which the first stop string that is now complete begins; -1 for none
   */
  int add(String piece, int place, boolean shown) {
    if (longest == 0) {
      return NOWHERE;
    }
    int before = tail.length();
    tail.append(piece);
    places = Arrays.copyOf(places, tail.length());
    for (int i = before; i < places.length; i++) {
      places[i] = shown ? place + i - before : place;
    }
    int found = stops.stream().mapToInt(tail::indexOf).filter(at -> at >= 0).min().orElse(NOWHERE);
    int result = found < 0 ? NOWHERE : places[found];
    keep(heldBack());
    return result;
  }

  /** Returns the place before which no stop string begins, however the text goes on. */
  int certain(int end) {
    return tail.isEmpty() ? end : places[0];
  }

  /**
   * Returns the length of the longest end of the text that may be the beginning of a stop string.
   */
  private int heldBack() {
    for (int n = Math.min(longest - 1, tail.length()); n > 0; n--) {
      String end = tail.substring(tail.length() - n);
      if (stops.stream().anyMatch(stop -> stop.startsWith(end))) {
        return n;
      }
    }
    return 0;
  }

  private void keep(int characters) {
    int dropped = tail.length() - characters;
    tail.delete(0, dropped);
    places = Arrays.copyOfRange(places, dropped, places.length);
  }
}
