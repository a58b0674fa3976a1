package kvasir.template;

import java.util.List;

/** Reading of a template's tokens in their order, with a limit on nesting. Not thread-safe. */
final class TokenStream {
  private static final int MOST_NESTING = 200;

  private final List<Token> tokens;
  private int at;
  private int depth;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(at);
  }

  /** Returns the token behind the current one. */
  Token following() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  int line() {
    return current().line();
  }

  /** Returns the current token and goes to the next one. */
  Token next() {
    Token token = current();
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }

  boolean isOperator(String operator) {
    return current().isOperator(operator);
  }

  boolean isName(String name) {
    return current().isName(name);
  }

  boolean is(Token.Kind kind) {
    return current().kind() == kind;
  }

  /** Goes to the next token if the current one is an operator; returns whether it was. */
  boolean skipOperator(String operator) {
    boolean found = isOperator(operator);
    if (found) {
      next();
    }
    return found;
  }

  /** Goes to the next token if the current one is a name; returns whether it was. */
  boolean skipName(String name) {
    boolean found = isName(name);
    if (found) {
      next();
    }
    return found;
  }

  Token expect(Token.Kind kind) {
    if (!is(kind)) {
      throw unexpected(new Token(kind, kind == Token.Kind.NAME ? "name" : "", 0).described());
    }
    return next();
  }

  void expectOperator(String operator) {
    if (!isOperator(operator)) {
      throw unexpected(operator);
    }
    next();
  }

  void expectName(String name) {
    if (!isName(name)) {
      throw unexpected(name);
    }
    next();
  }

  private TemplateError unexpected(String wanted) {
    return is(Token.Kind.END)
        ? error("unexpected end of template, expected '" + wanted + "'.")
        : error("expected token '%s', got '%s'".formatted(wanted, current().described()));
  }

  TemplateError error(String what) {
    return TemplateError.syntax(line(), what);
  }

  /** Begins a nested part. */
  void enter() {
    if (++depth > MOST_NESTING) {
      throw error("parts of the template are nested more than " + MOST_NESTING + " deep");
    }
  }

  /** Ends a nested part. */
  void leave() {
    depth--;
  }
}
