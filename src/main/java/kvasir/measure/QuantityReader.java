package kvasir.measure;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A reader of quantities as users write them: a decimal number and a unit, such as {@code 50us} or
 * {@code 12GB/s}. Immutable.
 */
public final class QuantityReader {
  private final Pattern form;
  private final Map<String, Double> units;

  /**
   * Creates a reader.
   *
   * @param digits the largest number of digits before the decimal point
   * @param decimals the largest number of digits after it; 0 for whole numbers
   * @param space true if there may be white space between number and unit
   * @param units the names of the units, and the factor of each; the name is empty for a number
   *     without a unit
   */
  public QuantityReader(int digits, int decimals, boolean space, Map<String, Double> units) {
    String fraction = decimals == 0 ? "" : "(?:\\.\\d{1," + decimals + "})?";
    String between = space ? "\\s*" : "";
    this.form = Pattern.compile("(\\d{1," + digits + "}" + fraction + ")" + between + "(.*)");
    this.units = Map.copyOf(units);
  }

  /** Returns the number multiplied by the factor of its unit; empty for any other text. */
  public OptionalDouble read(String text) {
    Matcher matcher = form.matcher(text);
    if (!matcher.matches() || !units.containsKey(matcher.group(2))) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(Double.parseDouble(matcher.group(1)) * units.get(matcher.group(2)));
  }
}
