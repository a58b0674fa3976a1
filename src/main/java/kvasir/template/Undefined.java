package kvasir.template;

/**
 * Value of a name, attribute or element that does not exist. It prints as nothing and is an error
 * in most operations.
 *
 * @param words message of the error
 */
record Undefined(String words) implements Value {
  static Undefined name(String name) {
    return new Undefined("'" + name + "' is undefined");
  }

  /** Returns the value of a missing attribute or element. */
  static Undefined part(Value owner, Value key) {
    String type =
        switch (owner) {
          case Value.None none -> "None";
          case Text text when text.isMarkup() -> "markupsafe.Markup object";
          default -> owner.typeName() + " object";
        };
    return new Undefined(
        key instanceof Text text
            ? "'" + type + "' has no attribute " + Printer.repr(text).string()
            : type + " has no element " + Printer.repr(key).string());
  }

  TemplateError error() {
    return TemplateError.failed(words);
  }

  @Override
  public String typeName() {
    return "Undefined";
  }
}
