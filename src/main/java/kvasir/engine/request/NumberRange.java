package kvasir.engine.request;

import java.math.BigDecimal;
import kvasir.engine.sampling.SamplingRange;

/**
 * Range of a field that is a real number.
 *
 * @param words the range for messages, such as "from 0 to 1"
 * @param range smallest and largest value
 */
record NumberRange(String words, SamplingRange range) {
  /**
   * Returns true if a number is in the range as it is written, before it is rounded to a double. A
   * number other than 0 that a double cannot tell from 0 is not.
   */
  boolean contains(BigDecimal number) {
    double rounded = number.doubleValue();
    boolean vanished = rounded == 0 && number.signum() != 0;
    if (vanished || !range.contains(rounded)) {
      return false;
    }
    // The number lies between the double and its neighbour on one side.
    int side = number.compareTo(new BigDecimal(rounded));
    double neighbour = side > 0 ? Math.nextUp(rounded) : Math.nextDown(rounded);
    return side == 0 || neighbour == 0 || range.contains(neighbour);
  }
}
