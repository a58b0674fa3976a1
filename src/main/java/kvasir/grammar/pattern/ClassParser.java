package kvasir.grammar.pattern;

import java.util.ArrayList;
import java.util.List;

/** Parser of classes of characters and of escapes in a pattern. */
final class ClassParser {
  private final PatternScanner in;

  ClassParser(PatternScanner in) {
    this.in = in;
  }

  /** Returns the set of a class whose opening bracket has been read. */
  CodePoints set() throws PatternException {
    boolean negated = in.skip("^");
    List<CodePoints> parts = new ArrayList<>();
    while (!in.skip("]")) {
      CodePoints part = member();
      if (in.peek() == '-') {
        in.skip("-");
        parts.add(in.peek() == ']' ? union(part, CodePoints.of('-')) : range(part, member()));
      } else {
        parts.add(part);
      }
    }
    CodePoints set = CodePoints.union(parts);
    return negated ? set.complement() : set;
  }

  private static CodePoints union(CodePoints one, CodePoints other) {
    return CodePoints.union(List.of(one, other));
  }

  private static CodePoints range(CodePoints from, CodePoints to) throws PatternException {
    if (!single(from) || !single(to)) {
      return CodePoints.union(List.of(from, to, CodePoints.of('-')));
    }
    int first = from.ranges().getFirst().first();
    int last = to.ranges().getFirst().last();
    if (first > last) {
      throw new PatternException("has a range whose ends are in the wrong order");
    }
    return CodePoints.of(first, last);
  }

  private static boolean single(CodePoints set) {
    return set.ranges().size() == 1
        && set.ranges().getFirst().first() == set.ranges().getFirst().last();
  }

  private CodePoints member() throws PatternException {
    int c = in.next();
    if (c == '[' && (in.peek() == ':' || in.peek() == '.' || in.peek() == '=')) {
      throw new PatternException("has a class of POSIX, which is not supported");
    }
    return c == '\\' ? escaped(true) : CodePoints.of(c);
  }

  /**
   * Returns the set of an escape whose backslash has been read.
   *
   * @param inClass whether the escape is inside of a class
   */
  CodePoints escaped(boolean inClass) throws PatternException {
    int c = in.next();
    return switch (c) {
      case 'd' -> CodePoints.DIGITS;
      case 'D' -> CodePoints.DIGITS.complement();
      case 'w' -> CodePoints.WORD;
      case 'W' -> CodePoints.WORD.complement();
      case 's' -> CodePoints.BLANKS;
      case 'S' -> CodePoints.ANY_BLANKS.complement();
      case 't' -> CodePoints.of('\t');
      case 'n' -> CodePoints.of('\n');
      case 'r' -> CodePoints.of('\r');
      case 'f' -> CodePoints.of('\f');
      case 'v' -> CodePoints.of(0x0b);
      case '0' -> CodePoints.of(0);
      case 'x' -> CodePoints.of(in.hex(2));
      case 'u' -> CodePoints.of(unicode());
      case 'c' -> CodePoints.of(in.next() & 0x1f);
      case 'b' -> {
        if (!inClass) {
          throw new PatternException("has \\b, which is not supported");
        }
        yield CodePoints.of('\b');
      }
      case 'B', 'k', 'p', 'P', '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
          throw new PatternException("has \\%c, which is not supported".formatted((char) c));
      default -> {
        if (Character.isLetterOrDigit(c)) {
          throw new PatternException(
              "has the unknown escape \\%s".formatted(Character.toString(c)));
        }
        yield CodePoints.of(c);
      }
    };
  }

  private int unicode() throws PatternException {
    if (in.skip("{")) {
      int point = 0;
      while (!in.skip("}")) {
        point = (point << 4) | in.hex(1);
        if (point > Character.MAX_CODE_POINT) {
          throw new PatternException("has an escape beyond the last character");
        }
      }
      return point;
    }
    int unit = in.hex(4);
    if (Character.isHighSurrogate((char) unit) && in.skip("\\u")) {
      return Character.toCodePoint((char) unit, (char) in.hex(4));
    }
    return unit;
  }
}
