package kvasir.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Parser of expressions, with the precedence of jinja2: from the weakest, conditional, {@code or},
 * {@code and}, {@code not}, comparison, {@code + -}, {@code ~}, {@code * / // %}, {@code **},
 * signs, and attributes, calls, filters and tests.
 */
final class ExpressionParser {
  private static final Set<String> ORDERS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final TokenStream tokens;
  private final SpecialNames names = new SpecialNames();
  private final OperandParser operands;

  /**
   * Number of conditions around the current place, where unknown filters are errors only if used.
   */
  private int conditions;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
    this.operands = new OperandParser(tokens, this);
  }

  /** Returns the notes of names that expressions read. */
  SpecialNames names() {
    return names;
  }

  void enterCondition() {
    conditions++;
  }

  void leaveCondition() {
    conditions--;
  }

  /** Returns whether the current place is used only if a condition holds. */
  boolean isConditional() {
    return conditions > 0;
  }

  /** Parses the filters behind a value, whose first is at the current token. */
  Expression filters(Expression value) {
    return operands.filters(value);
  }

  /** Parses an expression. */
  Expression expression() {
    tokens.enter();
    Expression value = logical("or");
    while (tokens.skipName("if")) {
      conditions++;
      Expression condition = logical("or");
      Optional<Expression> otherwise =
          tokens.skipName("else") ? Optional.of(expression()) : Optional.empty();
      conditions--;
      value = new Expression.Conditional(condition, value, otherwise);
    }
    tokens.leave();
    return value;
  }

  /** Parses an expression without {@code if} at its end, or a tuple of such ones. */
  Expression withoutCondition() {
    return tuple(false, false);
  }

  /** Parses an expression or a tuple without parentheses. */
  Expression tuple() {
    return tuple(true, false);
  }

  /**
   * Parses an expression or a tuple.
   *
   * @param conditional false if an {@code if} ends it
   * @param mayBeEmpty true if a tuple without elements is allowed
   */
  Expression tuple(boolean conditional, boolean mayBeEmpty) {
    List<Expression> items = new ArrayList<>();
    boolean comma = false;
    while (!endsTuple()) {
      items.add(conditional ? expression() : logical("or"));
      if (!tokens.isOperator(",")) {
        break;
      }
      comma = true;
      tokens.next();
    }
    if (items.size() == 1 && !comma) {
      return items.getFirst();
    }
    if (items.isEmpty() && !mayBeEmpty) {
      throw tokens.error("Expected an expression, got '" + tokens.current().described() + "'");
    }
    return new Expression.Items(items, true);
  }

  private boolean endsTuple() {
    return tokens.is(Token.Kind.PRINT_END)
        || tokens.is(Token.Kind.BLOCK_END)
        || tokens.isOperator(")")
        || tokens.isName("recursive");
  }

  private Expression logical(String operator) {
    boolean and = operator.equals("and");
    Expression left = and ? negation() : logical("and");
    while (tokens.skipName(operator)) {
      left = new Expression.Logical(and, left, and ? negation() : logical("and"));
    }
    return left;
  }

  private Expression negation() {
    if (!tokens.skipName("not")) {
      return comparison();
    }
    tokens.enter();
    Expression operand = negation();
    tokens.leave();
    return new Expression.Not(operand);
  }

  private Expression comparison() {
    Expression first = sum();
    List<Map.Entry<String, Expression>> links = new ArrayList<>();
    while (true) {
      Token token = tokens.current();
      if (token.kind() == Token.Kind.OPERATOR && ORDERS.contains(token.text())) {
        tokens.next();
        links.add(Map.entry(token.text(), sum()));
      } else if (tokens.skipName("in")) {
        links.add(Map.entry("in", sum()));
      } else if (tokens.isName("not") && tokens.following().isName("in")) {
        tokens.next();
        tokens.next();
        links.add(Map.entry("not in", sum()));
      } else {
        return links.isEmpty() ? first : new Expression.Comparison(first, links);
      }
    }
  }

  private Expression sum() {
    Expression left = concatenation();
    while (tokens.isOperator("+") || tokens.isOperator("-")) {
      left = new Expression.Arithmetic(tokens.next().text(), left, concatenation());
    }
    return left;
  }

  private Expression concatenation() {
    List<Expression> parts = new ArrayList<>(List.of(product()));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return parts.size() == 1 ? parts.getFirst() : new Expression.Concatenation(parts);
  }

  private Expression product() {
    Expression left = power();
    while (tokens.isOperator("*")
        || tokens.isOperator("/")
        || tokens.isOperator("//")
        || tokens.isOperator("%")) {
      left = new Expression.Arithmetic(tokens.next().text(), left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = signed(true);
    while (tokens.skipOperator("**")) {
      left = new Expression.Arithmetic("**", left, signed(true));
    }
    return left;
  }

  private Expression signed(boolean filters) {
    Expression value;
    if (tokens.isOperator("-") || tokens.isOperator("+")) {
      String sign = tokens.next().text();
      tokens.enter();
      value = new Expression.Signed(sign, signed(false));
      tokens.leave();
    } else {
      value = operands.primary();
    }
    value = operands.postfix(value);
    return filters ? operands.filtersAndTests(value) : value;
  }
}
