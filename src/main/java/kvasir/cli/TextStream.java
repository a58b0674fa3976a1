package kvasir.cli;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Text as it grows token by token, cut at the first stop string. Holds back the longest tail that
 * may be the beginning of a stop string, so that nothing is shown that would have to be taken back.
 */
final class TextStream {
  private final List<String> stops;
  private final Consumer<String> sink;
  private final StringBuilder text = new StringBuilder();
  private int shown;
  private boolean stopped;

  TextStream(List<String> stops, Consumer<String> sink) {
    this.stops = List.copyOf(stops);
    this.sink = sink;
  }

  /** Adds a piece; answers whether a stop string has been completed. */
  boolean add(String piece) {
    int searchFrom = Math.max(shown, 0);
    text.append(piece);
    int cut = firstStop(searchFrom);
    if (cut >= 0) {
      text.setLength(cut);
      stopped = true;
    }
    show(stopped ? text.length() : text.length() - heldBack());
    return stopped;
  }

  /** The end of the sequence: what was held back is text after all. */
  void finish(String rest) {
    if (!stopped) {
      add(rest);
      show(text.length());
    }
  }

  String text() {
    return text.toString();
  }

  private int firstStop(int from) {
    return stops.stream()
        .mapToInt(stop -> text.indexOf(stop, from))
        .filter(at -> at >= 0)
        .min()
        .orElse(-1);
  }

  private int heldBack() {
    IntFunction<Boolean> mayBegin =
        n -> {
          String tail = text.substring(text.length() - n);
          return stops.stream().anyMatch(stop -> stop.startsWith(tail));
        };
    int longest = stops.stream().mapToInt(String::length).max().orElse(0);
    for (int n = Math.min(longest - 1, text.length() - shown); n > 0; n--) {
      if (mayBegin.apply(n)) {
        return n;
      }
    }
    return 0;
  }

  private void show(int end) {
    if (end > shown) {
      sink.accept(text.substring(shown, end));
      shown = end;
    }
  }
}
