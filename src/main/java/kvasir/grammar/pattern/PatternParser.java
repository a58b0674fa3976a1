package kvasir.grammar.pattern;

import java.util.ArrayList;
import java.util.List;

/** Parser of regular expressions in the syntax of ECMA-262. Used once. */
final class PatternParser {
  private static final int MAX_DEPTH = 100;
  private static final int MAX_TIMES = 100_000;

  private final PatternScanner in;
  private int depth;

  private PatternParser(String pattern) {
    this.in = new PatternScanner(pattern);
  }

  /**
   * Returns the expression of a pattern.
   *
   * @throws PatternException if it is not valid, or has a part that is not regular
   */
  static Regex parse(String pattern) throws PatternException {
    PatternParser parser = new PatternParser(pattern);
    Regex regex = parser.union();
    if (!parser.in.atEnd()) {
      throw new PatternException("has a ) without a (");
    }
    return regex;
  }

  private Regex union() throws PatternException {
    if (++depth > MAX_DEPTH) {
      throw new PatternException("is nested deeper than " + MAX_DEPTH + " levels");
    }
    List<Regex> parts = new ArrayList<>(List.of(sequence()));
    while (in.skip("|")) {
      parts.add(sequence());
    }
    depth--;
    return parts.size() == 1 ? parts.getFirst() : new Regex.Union(parts);
  }

  private Regex sequence() throws PatternException {
    List<Regex> parts = new ArrayList<>();
    while (!in.atEnd() && in.peek() != '|' && in.peek() != ')') {
      parts.add(repeated(atom()));
    }
    return parts.size() == 1 ? parts.getFirst() : new Regex.Sequence(parts);
  }

  private Regex atom() throws PatternException {
    if (in.skip("(")) {
      return group();
    }
    int c = in.next();
    return switch (c) {
      case '^' -> new Regex.Symbol(CodePoints.of(CodePoints.BEGIN));
      case '$' -> new Regex.Symbol(CodePoints.of(CodePoints.END));
      case '.' -> new Regex.Symbol(CodePoints.LINE_ENDS.complement());
      case '[' -> new Regex.Symbol(new ClassParser(in).set());
      case '\\' -> new Regex.Symbol(new ClassParser(in).escaped(false));
      case '*', '+', '?' ->
          throw new PatternException("has a %c that repeats nothing".formatted((char) c));
      default -> new Regex.Symbol(CodePoints.of(c));
    };
  }

  private Regex group() throws PatternException {
    if (in.skip("?")) {
      if (in.skip("=") || in.skip("!") || in.skip("<=") || in.skip("<!")) {
        throw new PatternException("has a lookahead or lookbehind, which is not supported");
      }
      if (in.skip("<")) {
        in.skipName('>');
      } else if (!in.skip(":")) {
        throw new PatternException("has a group of an unknown kind");
      }
    }
    Regex inside = union();
    if (!in.skip(")")) {
      throw new PatternException("has a ( without a )");
    }
    return inside;
  }

  private Regex repeated(Regex body) throws PatternException {
    Regex result = body;
    if (in.skip("*")) {
      result = new Regex.Repeat(body, 0, Regex.Repeat.UNBOUNDED);
    } else if (in.skip("+")) {
      result = new Regex.Repeat(body, 1, Regex.Repeat.UNBOUNDED);
    } else if (in.skip("?")) {
      result = new Regex.Repeat(body, 0, 1);
    } else if (in.atTimes()) {
      result = counted(body);
    } else {
      return body;
    }
    // A lazy quantifier takes the same texts.
    in.skip("?");
    if (!in.atEnd() && (in.peek() == '*' || in.peek() == '+' || in.peek() == '?')) {
      throw new PatternException("repeats a repetition; put the inner one into a group");
    }
    return result;
  }

  private Regex counted(Regex body) throws PatternException {
    in.skip("{");
    int min = times();
    int max = min;
    if (in.skip(",")) {
      max = in.peek() == '}' ? Regex.Repeat.UNBOUNDED : times();
    }
    in.skip("}");
    if (max < min) {
      throw new PatternException("has a repetition whose bounds are in the wrong order");
    }
    return new Regex.Repeat(body, min, max);
  }

  private int times() throws PatternException {
    long number = in.number();
    if (number > MAX_TIMES) {
      throw new PatternException("repeats more than " + MAX_TIMES + " times");
    }
    return (int) number;
  }
}
