package kvasir.grammar.pattern;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A set of code points: disjoint ranges in ascending order. Immutable.
 *
 * @param ranges first and last code point of each range
 */
record CodePoints(List<Range> ranges) {
  /** Code points of the marks before and after a text, which a pattern's anchors read. */
  static final int BEGIN = Character.MAX_CODE_POINT + 1;

  static final int END = BEGIN + 1;

  static final CodePoints ALL = of(0, Character.MAX_CODE_POINT);
  static final CodePoints DIGITS = of('0', '9');
  static final CodePoints WORD = union(List.of(DIGITS, of('a', 'z'), of('A', 'Z'), of('_', '_')));

  /** Blanks in the sense of all dialects of regular expressions. */
  static final CodePoints BLANKS = union(List.of(of('\t', '\r'), of(' ', ' ')));

  /** Blanks in the sense of any dialect. */
  static final CodePoints ANY_BLANKS =
      union(
          List.of(
              BLANKS,
              of(0x1c, 0x1f),
              of(0x85, 0x85),
              of(0xa0, 0xa0),
              of(0x1680, 0x1680),
              of(0x180e, 0x180e),
              of(0x2000, 0x200a),
              of(0x2028, 0x2029),
              of(0x202f, 0x202f),
              of(0x205f, 0x205f),
              of(0x3000, 0x3000),
              of(0xfeff, 0xfeff)));

  static final CodePoints LINE_ENDS =
      union(List.of(of('\n', '\n'), of('\r', '\r'), of(0x85, 0x85), of(0x2028, 0x2029)));

  /** Code points from {@code first} to {@code last}, both included. */
  record Range(int first, int last) {}

  CodePoints {
    ranges = List.copyOf(ranges);
  }

  static CodePoints of(int first, int last) {
    return new CodePoints(List.of(new Range(first, last)));
  }

  static CodePoints of(int one) {
    return of(one, one);
  }

  static CodePoints union(List<CodePoints> sets) {
    List<Range> sorted =
        sets.stream()
            .flatMap(set -> set.ranges.stream())
            .sorted(Comparator.comparingInt(Range::first))
            .toList();
    List<Range> merged = new ArrayList<>();
    for (Range range : sorted) {
      if (!merged.isEmpty() && merged.getLast().last >= range.first - 1) {
        Range before = merged.removeLast();
        merged.add(new Range(before.first, Math.max(before.last, range.last)));
      } else {
        merged.add(range);
      }
    }
    return new CodePoints(merged);
  }

  /** Returns the code points that are not in this set. */
  CodePoints complement() {
    List<Range> others = new ArrayList<>();
    int next = 0;
    for (Range range : ranges) {
      if (range.first > next) {
        others.add(new Range(next, range.first - 1));
      }
      next = range.last + 1;
    }
    if (next <= Character.MAX_CODE_POINT) {
      others.add(new Range(next, Character.MAX_CODE_POINT));
    }
    return new CodePoints(others);
  }

  /** Returns the set of some characters. */
  static CodePoints anyOf(String characters) {
    return union(
        Arrays.stream(characters.codePoints().toArray()).mapToObj(CodePoints::of).toList());
  }
}
