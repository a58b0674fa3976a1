package kvasir.template;

import java.util.List;

/** A chat template, ready to be rendered. Immutable and thread-safe. */
public final class Template {
  private static final int MOST_CHARACTERS = 1 << 20;

  private final String source;
  private final List<Statement> statements;
  private final Limits limits;

  private Template(String source, List<Statement> statements, Limits limits) {
    this.source = source;
    this.statements = statements;
    this.limits = limits;
  }

  /**
   * Parses a template.
   *
   * @throws TemplateError if it is not valid, or uses a construct that is not supported
   */
  public static Template parse(String source) {
    return parse(source, Limits.USUAL);
  }

  /**
   * Parses a template that is rendered with other limits.
   *
   * @throws TemplateError if it is not valid, or uses a construct that is not supported
   */
  public static Template parse(String source, Limits limits) {
    if (source.length() > MOST_CHARACTERS) {
      throw TemplateError.limit("the template has more than " + MOST_CHARACTERS + " characters");
    }
    return new Template(source, Parser.parse(source), limits);
  }

  /** Returns the template's own text. */
  public String source() {
    return source;
  }

  /**
   * Returns the text that the template writes with variables.
   *
   * @throws TemplateError if the template raises an error, fails, or goes beyond the limits
   */
  public RenderedText render(Variables variables) {
    Meter meter = new Meter(limits);
    try {
      return meter.account(
          () -> {
            TextBuilder out = new TextBuilder(meter.output());
            new Executor(new Evaluator(meter), meter).run(statements, variables.scope(), out);
            return new RenderedText(out.text());
          });
    } catch (StackOverflowError e) {
      throw TemplateError.limit("the template is nested or calls itself too deep");
    }
  }
}
