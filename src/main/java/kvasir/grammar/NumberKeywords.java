package kvasir.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keywords about numbers of schemas that hold together.
 *
 * @param range bounds
 * @param steps numbers whose multiples fit
 */
record NumberKeywords(NumberBounds.Range range, List<BigDecimal> steps) {
  static NumberKeywords of(List<SchemaPart> parts) {
    BigDecimal low = null;
    BigDecimal high = null;
    boolean above = false;
    boolean below = false;
    List<BigDecimal> steps = new ArrayList<>();
    for (SchemaPart part : parts) {
      for (Bound bound : bounds(part, "minimum", "exclusiveMinimum")) {
        int order = low == null ? 1 : bound.number.compareTo(low);
        above = order > 0 ? bound.open : order < 0 ? above : above || bound.open;
        low = order > 0 ? bound.number : low;
      }
      for (Bound bound : bounds(part, "maximum", "exclusiveMaximum")) {
        int order = high == null ? -1 : bound.number.compareTo(high);
        below = order < 0 ? bound.open : order > 0 ? below : below || bound.open;
        high = order < 0 ? bound.number : high;
      }
      part.number("multipleOf")
          .ifPresent(
              step -> {
                if (step.signum() <= 0) {
                  throw part.error("multipleOf", "must be larger than 0");
                }
                steps.add(step.stripTrailingZeros());
              });
    }
    return new NumberKeywords(new NumberBounds.Range(low, above, high, below), steps);
  }

  /** A bound; open if it does not fit itself. */
  private record Bound(BigDecimal number, boolean open) {}

  private static List<Bound> bounds(SchemaPart part, String keyword, String exclusive) {
    List<Bound> bounds = new ArrayList<>();
    Optional<JsonNode> open = part.value(exclusive);
    // In draft 4 it says that the other bound is open.
    boolean flag = open.isPresent() && open.get().isBoolean();
    part.number(keyword)
        .ifPresent(number -> bounds.add(new Bound(number, flag && open.get().booleanValue())));
    if (open.isPresent() && !flag) {
      bounds.add(new Bound(part.number(exclusive).orElseThrow(), true));
    }
    return bounds;
  }

  boolean fits(BigDecimal number) {
    int low = range.low() == null ? 1 : number.compareTo(range.low());
    int high = range.high() == null ? -1 : number.compareTo(range.high());
    return (low > 0 || (low == 0 && !range.above()))
        && (high < 0 || (high == 0 && !range.below()))
        && steps.stream().allMatch(step -> number.remainder(step).signum() == 0);
  }

  Node node(boolean integers) {
    return new Numeral(NumberBounds.of(integers, range, steps));
  }
}
