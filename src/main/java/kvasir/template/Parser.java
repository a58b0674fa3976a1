package kvasir.template;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import kvasir.template.Statement.Signature;
import kvasir.template.Statement.Target;

/** Parser of templates. Constructs that are not supported are refused by their name and line. */
final class Parser {
  private static final Set<String> UNSUPPORTED =
      Set.of("block", "extends", "include", "import", "from", "autoescape");

  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private int loops;

  private Parser(TokenStream tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  /**
   * Parses a template.
   *
   * @throws TemplateError if it is not valid, or not supported
   */
  static List<Statement> parse(String source) {
    return new Parser(new TokenStream(Lexer.tokens(source))).body(Set.of(), "");
  }

  /**
   * Parses statements up to a tag that ends them, whose name becomes the current token.
   *
   * @param ends names of the tags that end the statements; none for the end of the template
   * @param tag name of the tag that began them
   */
  private List<Statement> body(Set<String> ends, String tag) {
    tokens.enter();
    List<Statement> statements = new ArrayList<>();
    while (true) {
      Token token = tokens.current();
      switch (token.kind()) {
        case DATA ->
            statements.add(new Statement.Data(token.line(), Text.of(tokens.next().text())));
        case PRINT_BEGIN -> {
          tokens.next();
          statements.add(new Statement.Print(token.line(), expressions.tuple()));
          tokens.expect(Token.Kind.PRINT_END);
        }
        case BLOCK_BEGIN -> {
          tokens.next();
          if (tokens.is(Token.Kind.NAME) && ends.contains(tokens.current().text())) {
            tokens.leave();
            return statements;
          }
          statements.add(statement());
          tokens.expect(Token.Kind.BLOCK_END);
        }
        default -> {
          if (!ends.isEmpty()) {
            throw tokens.error(
                "Unexpected end of template. The innermost block that needs to be closed is '%s'."
                    .formatted(tag));
          }
          tokens.leave();
          return statements;
        }
      }
    }
  }

  /** Parses the body of a tag and the tag that ends it. */
  private List<Statement> block(String tag) {
    tokens.skipOperator(":");
    tokens.expect(Token.Kind.BLOCK_END);
    List<Statement> body = body(Set.of("end" + tag), tag);
    tokens.next();
    return body;
  }

  private Statement statement() {
    if (!tokens.is(Token.Kind.NAME)) {
      throw tokens.error("tag name expected");
    }
    int line = tokens.line();
    String tag = tokens.next().text();
    return switch (tag) {
      case "if" -> conditional(line);
      case "for" -> loop(line);
      case "set" -> assignment(line);
      case "macro" -> macro(line);
      case "call" -> callBlock(line);
      case "filter" -> {
        Expression value = expressions.filters(new Expression.Name(Statement.BODY));
        yield new Statement.FilterBlock(line, value, block(tag));
      }
      case "with" -> with(line);
      case "generation" -> new Statement.With(line, List.of(), apart(tag));
      case "print" -> new Statement.Print(line, expressions.tuple());
      case "break", "continue" -> {
        if (loops == 0) {
          throw tokens.error("'" + tag + "' outside loop");
        }
        yield tag.equals("break") ? new Statement.Break(line) : new Statement.Continue(line);
      }
      default -> throw unknown(tag, line);
    };
  }

  private static TemplateError unknown(String tag, int line) {
    return TemplateError.syntax(
        line,
        UNSUPPORTED.contains(tag)
            ? "the tag '" + tag + "' is not supported"
            : "Encountered unknown tag '" + tag + "'.");
  }

  private Statement conditional(int line) {
    List<Map.Entry<Expression, List<Statement>>> branches = new ArrayList<>();
    expressions.enterCondition();
    while (true) {
      Expression condition = expressions.withoutCondition();
      tokens.skipOperator(":");
      tokens.expect(Token.Kind.BLOCK_END);
      branches.add(Map.entry(condition, body(Set.of("elif", "else", "endif"), "if")));
      String end = tokens.next().text();
      if (end.equals("elif")) {
        continue;
      }
      List<Statement> otherwise = end.equals("else") ? block("if") : List.of();
      expressions.leaveCondition();
      return new Statement.If(line, branches, otherwise);
    }
  }

  private Statement loop(int line) {
    Target target = target(false);
    tokens.expectName("in");
    Expression elements = expressions.withoutCondition();
    Optional<Expression> condition =
        tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
    boolean recursive = tokens.skipName("recursive");
    tokens.skipOperator(":");
    tokens.expect(Token.Kind.BLOCK_END);
    loops++;
    List<Statement> body = body(Set.of("endfor", "else"), "for");
    loops--;
    List<Statement> otherwise =
        tokens.next().text().equals("else") ? block("for") : List.<Statement>of();
    return new Statement.For(line, target, elements, condition, body, otherwise, recursive);
  }

  private Statement assignment(int line) {
    Target target = target(true);
    if (tokens.skipOperator("=")) {
      return new Statement.Set(line, target, expressions.tuple());
    }
    Expression value = new Expression.Name(Statement.BODY);
    if (tokens.skipOperator("|")) {
      value = expressions.filters(value);
    }
    return new Statement.SetBlock(line, target, value, block("set"));
  }

  private Target target(boolean members) {
    List<Target> targets = new ArrayList<>();
    boolean comma = false;
    while (!tokens.isName("in") && !tokens.isOperator("=") && !tokens.isOperator(")")) {
      targets.add(singleTarget(members));
      if (!tokens.skipOperator(",")) {
        break;
      }
      comma = true;
    }
    if (targets.isEmpty()) {
      throw tokens.error("Expected an expression, got '" + tokens.current().described() + "'");
    }
    return comma ? new Statement.Unpacked(targets) : targets.getFirst();
  }

  private Target singleTarget(boolean members) {
    if (tokens.skipOperator("(")) {
      tokens.enter();
      Target inner = target(members);
      tokens.leave();
      tokens.expectOperator(")");
      return inner;
    }
    if (!tokens.is(Token.Kind.NAME)) {
      throw tokens.error("can't assign to '" + tokens.current().described() + "'");
    }
    String name = tokens.next().text();
    if (Set.of("true", "false", "none", "True", "False", "None").contains(name)) {
      throw tokens.error("can't assign to 'const'");
    }
    if (members && tokens.skipOperator(".")) {
      return new Statement.Member(name, tokens.expect(Token.Kind.NAME).text());
    }
    expressions.names().assigned(name);
    return new Statement.Variable(name);
  }

  private Statement macro(int line) {
    String name = tokens.expect(Token.Kind.NAME).text();
    expressions.names().assigned(name);
    Signature signature = signature();
    expressions.names().beginMacro();
    List<Statement> body = apart("macro");
    return new Statement.Macro(line, name, special(signature), body);
  }

  /** Ends a macro, and returns its signature with the special names that its body reads. */
  private Signature special(Signature signature) {
    Set<String> read = new HashSet<>(expressions.names().endMacro());
    if (read.contains(SpecialNames.CALLER) && signature.needs(SpecialNames.CALLER)) {
      throw tokens.error("the parameter 'caller' needs a default");
    }
    read.removeAll(signature.names());
    return signature.with(read);
  }

  /** Parses the body of a function, which no loop around it can end. */
  private List<Statement> apart(String tag) {
    int outer = loops;
    loops = 0;
    List<Statement> body = block(tag);
    loops = outer;
    return body;
  }

  private Signature signature() {
    tokens.expectOperator("(");
    List<String> names = new ArrayList<>();
    List<Expression> defaults = new ArrayList<>();
    while (!tokens.skipOperator(")")) {
      if (!names.isEmpty()) {
        tokens.expectOperator(",");
      }
      String name = tokens.expect(Token.Kind.NAME).text();
      expressions.names().assigned(name);
      names.add(name);
      if (tokens.skipOperator("=")) {
        defaults.add(expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw tokens.error("non-default argument follows default argument");
      }
    }
    return new Signature(names, defaults, Set.of());
  }

  private Statement callBlock(int line) {
    Signature signature =
        tokens.isOperator("(") ? signature() : new Signature(List.of(), List.of(), Set.of());
    if (!(expressions.expression() instanceof Expression.Call call)) {
      throw TemplateError.syntax(line, "expected call");
    }
    expressions.names().beginMacro();
    List<Statement> body = apart("call");
    return new Statement.CallBlock(line, call, special(signature), body);
  }

  private Statement with(int line) {
    List<Map.Entry<Target, Expression>> variables = new ArrayList<>();
    while (!tokens.is(Token.Kind.BLOCK_END)) {
      if (!variables.isEmpty()) {
        tokens.expectOperator(",");
      }
      Target target = singleTarget(false);
      tokens.expectOperator("=");
      variables.add(Map.entry(target, expressions.expression()));
    }
    return new Statement.With(line, variables, block("with"));
  }
}
