package kvasir.template;

/**
 * Bounds of a rendering. They are far beyond what a template needs for a context of a million
 * tokens, and keep a hostile template to a few seconds and some hundred megabytes.
 *
 * @param steps largest number of steps: one for each part of an expression that is computed, more
 *     for texts and lists that are made
 * @param output largest number of characters of the rendered text
 * @param depth largest depth of expressions, blocks and macros that are being computed
 */
public record Limits(long steps, int output, int depth) {
  /** Largest number of characters of a text. */
  static final int TEXT = 1 << 24;

  /** Largest number of elements of a list. */
  static final int ITEMS = 1 << 20;

  /** Largest number of elements of a range, as in jinja2's sandbox. */
  static final int RANGE = 100_000;

  /** Largest number of bits of an integer. */
  static final int BITS = 1 << 14;

  /** Largest depth of values in values. */
  static final int NESTING = 500;

  /** Limits for templates of models. */
  public static final Limits USUAL = new Limits(30_000_000, TEXT, 800);

  /** Throws an error if a text would have too many characters. */
  static void text(long characters) {
    if (characters > TEXT) {
      throw TemplateError.limit("the template makes a text of more than " + TEXT + " characters");
    }
  }

  /** Throws an error if a list would have too many elements. */
  static void items(long count) {
    if (count > ITEMS) {
      throw TemplateError.limit("the template makes a list of more than " + ITEMS + " elements");
    }
  }

  /** Throws an error if a value is nested too deep. */
  static void nesting(int depth) {
    if (depth > NESTING) {
      throw TemplateError.limit("values are nested more than " + NESTING + " deep");
    }
  }
}
