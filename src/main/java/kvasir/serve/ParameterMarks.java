package kvasir.serve;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kvasir.grammar.ParameterTexts;

/** Marks of calls whose arguments are parameters, and the search for them in growing text. */
final class ParameterMarks {
  private static final String NAME = "([^<>\\n]{1,%d})".formatted(ParameterTexts.MAX_NAME);

  /** Blanks between marks; for more of them, nobody waits. */
  private static final String BLANKS = "[ \\t\\r\\n]{0,64}";

  private static final String CLOSE = "\\n?" + ParameterTexts.CLOSE;
  private static final String ENDS = "</function>|</tool_call>";

  static final Pattern FUNCTION = Pattern.compile("<function=" + NAME + ">");
  static final Pattern PARAMETER = Pattern.compile(ParameterTexts.OPEN + NAME + ">");
  static final Pattern END = Pattern.compile(ENDS);

  /** Mark behind a value, before a further mark of the call or the end of the answer. */
  static final Pattern VALUE_END =
      Pattern.compile(CLOSE + BLANKS + "(?:(?=" + ParameterTexts.OPEN + "|" + ENDS + ")|\\z)");

  /** End of an answer in which the mark behind the value is missing. */
  static final Pattern ANSWER_END =
      Pattern.compile("\\n?</function>" + BLANKS + "(?:</tool_call>" + BLANKS + ")?\\z");

  /** Mark of a parameter with the line feed before it. */
  static final Pattern LINE = Pattern.compile("(\\n?)" + ParameterTexts.OPEN + NAME + ">");

  static final Pattern NESTED_END = Pattern.compile(CLOSE);

  /** Result of a search. */
  enum Found {
    YES,
    NO,
    /** The text may become the mark. */
    PERHAPS
  }

  private ParameterMarks() {}

  /**
   * Searches for a mark at the beginning of a text.
   *
   * @param last whether no more text comes
   */
  static Found at(Matcher mark, boolean last) {
    boolean found = mark.lookingAt();
    return mark.hitEnd() && !last ? Found.PERHAPS : found ? Found.YES : Found.NO;
  }
}
