package kvasir.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cutting of a template into tokens, with jinja2's settings {@code trim_blocks} and {@code
 * lstrip_blocks}: the line end behind a tag, and blanks before a tag at the beginning of a line,
 * are not part of the text.
 */
final class Lexer {
  private static final Pattern REAL =
      Pattern.compile(
          "(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)");
  private static final Pattern INTEGER =
      Pattern.compile(
          "0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*");
  private static final Pattern NAME =
      Pattern.compile("[\\p{L}\\p{Nl}_][\\p{L}\\p{Nl}\\p{Nd}\\p{Mn}\\p{Mc}\\p{Pc}]*");
  private static final Pattern OPERATOR =
      Pattern.compile("\\*\\*|//|==|!=|>=|<=|[-+/*%~\\[\\](){}><=.:|,;]");
  private static final Pattern RAW =
      Pattern.compile("\\{%([-+]?)\\s*raw\\s*(-?)%\\}", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern END_RAW =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%\\}", Pattern.UNICODE_CHARACTER_CLASS);

  private final String source;
  private final Matcher real;
  private final Matcher integer;
  private final Matcher name;
  private final Matcher operator;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private int counted;
  private boolean lineStarts = true;

  private Lexer(String source) {
    this.source = source;
    this.real = REAL.matcher(source);
    this.integer = INTEGER.matcher(source);
    this.name = NAME.matcher(source);
    this.operator = OPERATOR.matcher(source);
  }

  /** Returns the tokens of a template; the last one is its end. */
  static List<Token> tokens(String template) {
    String lines = template.replace("\r\n", "\n").replace('\r', '\n');
    Lexer lexer = new Lexer(lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int tag = tag(at);
      if (tag < 0) {
        data(at, source.length());
        at = source.length();
      } else {
        tagged(tag);
      }
    }
    add(Token.Kind.END, "", at);
  }

  /** Returns the offset of the next beginning of a tag; -1 if there is none. */
  private int tag(int from) {
    for (int i = source.indexOf('{', from); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private void tagged(int tag) {
    Matcher raw = RAW.matcher(source).region(tag, source.length());
    boolean isRaw = raw.lookingAt();
    char kind = source.charAt(tag + 1);
    char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : 0;
    boolean signed = sign == '-' || sign == '+';
    text(at, tag, signed ? sign : 0, kind != '{');
    if (isRaw) {
      at = raw.end();
      if (raw.group(2).equals("-")) {
        skipBlanks();
      }
      raw(tag);
      return;
    }
    at = tag + (signed ? 3 : 2);
    switch (kind) {
      case '#' -> comment(tag);
      case '%' -> {
        add(Token.Kind.BLOCK_BEGIN, "{%", tag);
        expression(true);
      }
      default -> {
        add(Token.Kind.PRINT_BEGIN, "{{", tag);
        expression(false);
      }
    }
  }

  /** Adds the text before a tag. */
  private void text(int from, int to, char sign, boolean block) {
    int end = to;
    if (sign == '-') {
      while (end > from && Letters.isSpace(source.charAt(end - 1))) {
        end--;
      }
    } else if (sign != '+' && block) {
      int first = to;
      while (first > from && source.charAt(first - 1) != '\n') {
        first--;
      }
      boolean atLineStart = first > from || lineStarts;
      boolean blank = true;
      for (int i = first; i < to; i++) {
        blank &= Letters.isSpace(source.charAt(i));
      }
      end = atLineStart && blank ? first : to;
    }
    data(from, end);
  }

  private void data(int from, int to) {
    if (to > from) {
      add(Token.Kind.DATA, source.substring(from, to), from);
    }
  }

  private void raw(int tag) {
    Matcher end = END_RAW.matcher(source);
    if (!end.find(at)) {
      throw error(tag, "Missing end of raw directive");
    }
    String sign = end.group(1);
    lineStarts = at > 0 && source.charAt(at - 1) == '\n';
    text(at, end.start(), sign.isEmpty() ? 0 : sign.charAt(0), true);
    at = end.end();
    behind(end.group(2));
  }

  private void comment(int tag) {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      throw error(tag, "Missing end of comment tag");
    }
    char sign = end > at ? source.charAt(end - 1) : 0;
    at = end + 2;
    behind(sign == '-' || sign == '+' ? String.valueOf(sign) : "");
  }

  /** Skips the blanks behind a block or comment. */
  private void behind(String sign) {
    if (sign.equals("-")) {
      skipBlanks();
    } else if (sign.isEmpty() && at < source.length() && source.charAt(at) == '\n') {
      at++;
    }
    lineStarts = source.charAt(at - 1) == '\n';
  }

  private void skipBlanks() {
    while (at < source.length() && Letters.isSpace(source.charAt(at))) {
      at++;
    }
  }

  private void expression(boolean block) {
    Deque<Character> open = new ArrayDeque<>();
    String close = block ? "%}" : "}}";
    while (true) {
      skipBlanks();
      if (at >= source.length()) {
        // The parser says which tag is not closed.
        return;
      }
      boolean signed = source.charAt(at) == '-' || (block && source.charAt(at) == '+');
      if (open.isEmpty() && source.startsWith(close, at + (signed ? 1 : 0))) {
        add(block ? Token.Kind.BLOCK_END : Token.Kind.PRINT_END, close, at);
        String sign = signed ? source.substring(at, at + 1) : "";
        at += close.length() + sign.length();
        if (block || sign.equals("-")) {
          behind(sign);
        } else {
          lineStarts = false;
        }
        return;
      }
      token(open);
    }
  }

  private void token(Deque<Character> open) {
    char c = source.charAt(at);
    if (c == '\'' || c == '"') {
      string(c);
    } else if (c >= '0' && c <= '9') {
      take(real.region(at, source.length()).lookingAt() ? Token.Kind.REAL : Token.Kind.INTEGER);
    } else if (name.region(at, source.length()).lookingAt()) {
      take(Token.Kind.NAME);
    } else if (operator.region(at, source.length()).lookingAt()) {
      balance(open, c);
      take(Token.Kind.OPERATOR);
    } else {
      throw error(
          at,
          "unexpected char "
              + Printer.repr(Text.of(source.substring(at, at + 1))).string()
              + " at "
              + at);
    }
  }

  /** Adds the token of a kind that is known to begin here. */
  private void take(Token.Kind kind) {
    Matcher matcher =
        switch (kind) {
          case REAL -> real;
          case INTEGER -> integer;
          case NAME -> name;
          default -> operator;
        };
    boolean found = matcher.region(at, source.length()).lookingAt();
    assert found;
    add(kind, matcher.group(), at);
    at = matcher.end();
  }

  private void balance(Deque<Character> open, char c) {
    switch (c) {
      case '(' -> open.push(')');
      case '[' -> open.push(']');
      case '{' -> open.push('}');
      case ')', ']', '}' -> {
        if (open.isEmpty()) {
          throw error(at, "unexpected '" + c + "'");
        }
        char expected = open.pop();
        if (expected != c) {
          throw error(at, "unexpected '" + c + "', expected '" + expected + "'");
        }
      }
      default -> {}
    }
  }

  private void string(char quote) {
    int begin = at;
    int i = at + 1;
    while (i < source.length() && source.charAt(i) != quote) {
      i += source.charAt(i) == '\\' ? 2 : 1;
    }
    if (i >= source.length()) {
      throw error(
          begin, "unexpected char " + Printer.repr(Text.of("" + quote)).string() + " at " + begin);
    }
    add(Token.Kind.STRING, Escapes.unescaped(source.substring(begin + 1, i), lineOf(begin)), begin);
    at = i + 1;
  }

  private void add(Token.Kind kind, String text, int offset) {
    tokens.add(new Token(kind, text, lineOf(offset)));
  }

  private int lineOf(int offset) {
    if (offset < counted) {
      counted = 0;
      line = 1;
    }
    for (; counted < offset && counted < source.length(); counted++) {
      line += source.charAt(counted) == '\n' ? 1 : 0;
    }
    return line;
  }

  private TemplateError error(int offset, String what) {
    return TemplateError.syntax(lineOf(offset), what);
  }
}
