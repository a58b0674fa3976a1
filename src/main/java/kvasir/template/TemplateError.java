package kvasir.template;

import kvasir.error.PrintableText;

/** Error of a template: in its text, or while it is rendered. */
public final class TemplateError extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MAX_QUOTED = 500;

  /** Kinds of errors. */
  public enum Kind {
    /** The template is not valid, or uses a construct that is not supported. */
    SYNTAX,
    /** The template called {@code raise_exception}; the message has its words. */
    RAISED,
    /** An operation of the template failed, such as one on an undefined value. */
    FAILED,
    /** The template did more than the limits allow. */
    LIMIT
  }

  private final Kind kind;
  private final String words;
  private final int line;

  private TemplateError(Kind kind, String words, int line) {
    super(line > 0 && kind != Kind.RAISED ? words + " (line " + line + ")" : words);
    this.kind = kind;
    this.words = words;
    this.line = line;
  }

  static TemplateError syntax(int line, String words) {
    return new TemplateError(Kind.SYNTAX, words, line);
  }

  /**
   * Returns the error of a conversation that the template cannot show.
   *
   * @param words the words, which are the whole message
   */
  public static TemplateError raised(String words) {
    return new TemplateError(Kind.RAISED, words, 0);
  }

  static TemplateError failed(String words) {
    return new TemplateError(Kind.FAILED, words, 0);
  }

  static TemplateError limit(String words) {
    return new TemplateError(Kind.LIMIT, words, 0);
  }

  /** Returns this error with a line of the template, unless it has one. */
  TemplateError at(int place) {
    if (line > 0) {
      return this;
    }
    TemplateError placed = new TemplateError(kind, words, place);
    placed.setStackTrace(getStackTrace());
    return placed;
  }

  /** Returns the kind of the error. */
  public Kind kind() {
    return kind;
  }

  /** Returns the line of the template, from 1; 0 if it is not known. */
  public int line() {
    return line;
  }

  /** Returns the message, fit for one line and cut where it quotes long input. */
  public String oneLine() {
    String message = PrintableText.message(getMessage());
    return message.length() > MAX_QUOTED ? message.substring(0, MAX_QUOTED) + "..." : message;
  }
}
