package kvasir.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import kvasir.template.Expression.Given;

/**
 * Parser of operands: literals, variables, and the attributes, calls, filters and tests behind
 * them.
 */
final class OperandParser {
  private static final Expression NONE = new Expression.Constant(Value.None.NONE);
  private static final Set<String> BEHIND_TESTS = Set.of("else", "or", "and");

  private final TokenStream tokens;
  private final ExpressionParser expressions;

  OperandParser(TokenStream tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  /** Parses a literal, a variable, or an expression in brackets. */
  Expression primary() {
    Token token = tokens.current();
    switch (token.kind()) {
      case NAME -> {
        return name(tokens.next().text());
      }
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (tokens.is(Token.Kind.STRING)) {
          text.append(tokens.next().text());
        }
        return constant(Text.of(text.toString()));
      }
      case INTEGER -> {
        return constant(integer(tokens.next()));
      }
      case REAL -> {
        String digits = tokens.next().text().replace("_", "");
        return constant(new Value.Real(Double.parseDouble(digits)));
      }
      default -> {
        return bracketed(token);
      }
    }
  }

  private Expression bracketed(Token token) {
    tokens.enter();
    Expression value;
    if (tokens.skipOperator("(")) {
      value = expressions.tuple(true, true);
      tokens.expectOperator(")");
    } else if (tokens.skipOperator("[")) {
      value = new Expression.Items(items("]"), false);
    } else if (tokens.skipOperator("{")) {
      value = entries();
    } else {
      throw tokens.error(
          token.kind() == Token.Kind.END
              ? "unexpected end of template, expected an expression"
              : "unexpected '" + token.described() + "'");
    }
    tokens.leave();
    return value;
  }

  private static Expression constant(Value value) {
    return new Expression.Constant(value);
  }

  private Expression name(String name) {
    expressions.names().read(name);
    return switch (name) {
      case "true", "True" -> constant(new Value.Bool(true));
      case "false", "False" -> constant(new Value.Bool(false));
      case "none", "None" -> NONE;
      default -> new Expression.Name(name);
    };
  }

  private Value integer(Token token) {
    String digits = token.text().replace("_", "");
    int radix =
        switch (digits.length() > 1 ? Character.toLowerCase(digits.charAt(1)) : ' ') {
          case 'x' -> 16;
          case 'o' -> 8;
          case 'b' -> 2;
          default -> 10;
        };
    if (digits.length() > Limits.BITS / 4) {
      throw tokens.error("a number of " + digits.length() + " digits is too long");
    }
    return new Value.Int(new BigInteger(radix == 10 ? digits : digits.substring(2), radix));
  }

  private List<Expression> items(String close) {
    List<Expression> items = new ArrayList<>();
    while (!tokens.skipOperator(close)) {
      if (!items.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(close)) {
          break;
        }
      }
      items.add(expressions.expression());
    }
    return items;
  }

  private Expression entries() {
    List<Map.Entry<Expression, Expression>> entries = new ArrayList<>();
    while (!tokens.skipOperator("}")) {
      if (!entries.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator("}")) {
          break;
        }
      }
      Expression key = expressions.expression();
      tokens.expectOperator(":");
      entries.add(Map.entry(key, expressions.expression()));
    }
    return new Expression.Entries(entries);
  }

  /** Parses the attributes, elements and calls behind a value. */
  Expression postfix(Expression start) {
    Expression value = start;
    int links = 0;
    while (true) {
      if (tokens.skipOperator(".")) {
        value = behindDot(value);
      } else if (tokens.skipOperator("[")) {
        value = subscript(value);
      } else if (tokens.isOperator("(")) {
        value = new Expression.Call(value, given());
      } else {
        break;
      }
      // Each link is computed inside the next one.
      tokens.enter();
      links++;
    }
    leave(links);
    return value;
  }

  private void leave(int times) {
    for (int i = 0; i < times; i++) {
      tokens.leave();
    }
  }

  private Expression behindDot(Expression owner) {
    if (tokens.is(Token.Kind.INTEGER)) {
      return new Expression.Element(owner, constant(integer(tokens.next())));
    }
    if (!tokens.is(Token.Kind.NAME)) {
      throw tokens.error("expected name or number");
    }
    return new Expression.Attribute(owner, tokens.next().text());
  }

  private Expression subscript(Expression owner) {
    Expression start = tokens.isOperator(":") ? NONE : expressions.expression();
    if (tokens.skipOperator("]")) {
      return new Expression.Element(owner, start);
    }
    if (tokens.isOperator(",")) {
      throw tokens.error("several subscripts in one pair of brackets are not supported");
    }
    tokens.expectOperator(":");
    Expression stop = bound();
    Expression step = tokens.skipOperator(":") ? bound() : NONE;
    tokens.expectOperator("]");
    return new Expression.Slice(owner, start, stop, step);
  }

  private Expression bound() {
    return tokens.isOperator(":") || tokens.isOperator("]") ? NONE : expressions.expression();
  }

  /** Parses the filters and tests behind a value. */
  Expression filtersAndTests(Expression start) {
    Expression value = start;
    int links = 0;
    while (true) {
      if (tokens.skipOperator("|")) {
        value = filter(value);
      } else if (tokens.skipName("is")) {
        value = test(value);
      } else if (tokens.isOperator("(")) {
        value = new Expression.Call(value, given());
      } else {
        break;
      }
      tokens.enter();
      links++;
    }
    leave(links);
    return value;
  }

  /** Parses the filters behind a value, whose first is at the current token. */
  Expression filters(Expression value) {
    Expression filtered = filter(value);
    while (tokens.skipOperator("|")) {
      filtered = filter(filtered);
    }
    return filtered;
  }

  private Expression filter(Expression value) {
    String name = dotted();
    if (!expressions.isConditional() && !Filters.has(name)) {
      throw tokens.error(Filters.missing(name));
    }
    return new Expression.Filtered(value, name, tokens.isOperator("(") ? given() : Given.NOTHING);
  }

  private String dotted() {
    StringBuilder name = new StringBuilder(tokens.expect(Token.Kind.NAME).text());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expect(Token.Kind.NAME).text());
    }
    return name.toString();
  }

  private Expression test(Expression value) {
    boolean negated = tokens.skipName("not");
    String name = dotted();
    if (!expressions.isConditional() && !Tests.has(name)) {
      throw tokens.error("No test named '" + name + "'.");
    }
    Given given = Given.NOTHING;
    if (tokens.isOperator("(")) {
      given = given();
    } else if (beginsArgument()) {
      if (tokens.isName("is")) {
        throw tokens.error("You cannot chain multiple tests with is");
      }
      given = Given.of(List.of(postfix(primary())));
    }
    Expression test = new Expression.Tested(value, name, given);
    return negated ? new Expression.Not(test) : test;
  }

  private boolean beginsArgument() {
    return switch (tokens.current().kind()) {
      case NAME -> !BEHIND_TESTS.contains(tokens.current().text());
      case STRING, INTEGER, REAL -> true;
      default -> tokens.isOperator("[") || tokens.isOperator("{");
    };
  }

  /** Parses the arguments of a call in their parentheses. */
  Given given() {
    tokens.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    Optional<Expression> list = Optional.empty();
    Optional<Expression> dictionary = Optional.empty();
    boolean first = true;
    while (!tokens.skipOperator(")")) {
      if (!first) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(")")) {
          break;
        }
      }
      first = false;
      if (tokens.isOperator("*")) {
        need(list.isEmpty() && dictionary.isEmpty());
        tokens.next();
        list = Optional.of(expressions.expression());
      } else if (tokens.isOperator("**")) {
        need(dictionary.isEmpty());
        tokens.next();
        dictionary = Optional.of(expressions.expression());
      } else if (tokens.is(Token.Kind.NAME) && tokens.following().isOperator("=")) {
        need(dictionary.isEmpty());
        String name = tokens.next().text();
        tokens.next();
        need(!named.containsKey(name));
        named.put(name, expressions.expression());
      } else {
        need(list.isEmpty() && dictionary.isEmpty() && named.isEmpty());
        positional.add(expressions.expression());
      }
    }
    return new Given(positional, named, list, dictionary);
  }

  private void need(boolean valid) {
    if (!valid) {
      throw tokens.error("invalid syntax for function call expression");
    }
  }
}
