package kvasir.template;

/**
 * Token of a template.
 *
 * @param kind its kind
 * @param text its text: an operator, a name, the digits of a number, the content of a text or of
 *     data
 * @param line its line, from 1
 */
record Token(Kind kind, String text, int line) {
  /** Kinds of tokens. */
  enum Kind {
    DATA,
    PRINT_BEGIN,
    PRINT_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    INTEGER,
    REAL,
    OPERATOR,
    END
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  /** Returns the words for the token in messages. */
  String described() {
    return switch (kind) {
      case DATA -> "template data / text";
      case PRINT_BEGIN -> "begin of print statement";
      case PRINT_END -> "end of print statement";
      case BLOCK_BEGIN -> "begin of statement block";
      case BLOCK_END -> "end of statement block";
      case NAME, OPERATOR -> text;
      case STRING -> "string";
      case INTEGER -> "integer";
      case REAL -> "float";
      case END -> "end of template";
    };
  }
}
