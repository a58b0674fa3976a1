package kvasir.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Places of a content in the answer that it is a part of, in UTF-16 units. The content grows in the
 * order of the answer. Used by one thread at a time.
 */
final class ContentPlaces {
  /**
   * Characters that follow each other in both.
   *
   * @param answer place of the first one in the answer
   * @param content its place in the content
   * @param length their number
   */
  private record Run(int answer, int content, int length) {}

  private final List<Run> runs = new ArrayList<>();
  private int length;

  /** Adds characters at the end of the content, which begin at a place of the answer. */
  void add(int answer, int characters) {
    Run last = runs.isEmpty() ? new Run(answer, length, 0) : runs.getLast();
    if (last.answer() + last.length() == answer) {
      if (!runs.isEmpty()) {
        runs.removeLast();
      }
      runs.add(new Run(last.answer(), last.content(), last.length() + characters));
    } else {
      runs.add(new Run(answer, length, characters));
    }
    length += characters;
  }

  /** Returns the place in the content of a character of the answer; empty if it is outside. */
  OptionalInt find(int answer) {
    for (int i = runs.size() - 1;
        i >= 0 && answer < runs.get(i).answer() + runs.get(i).length();
        i--) {
      Run run = runs.get(i);
      if (answer >= run.answer()) {
        return OptionalInt.of(run.content() + answer - run.answer());
      }
    }
    return OptionalInt.empty();
  }
}
