package kvasir.lab.report;

import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.text.NumberFormat;
import java.util.ArrayList;
import java.util.List;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTick;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;

/**
 * A logarithmic axis with ticks at 1, 2 and 5 of each decade, or at fewer numbers if there would be
 * too many.
 */
@SuppressWarnings("serial")
final class LogTicks extends LogAxis {
  private static final int MOST_TICKS = 9;
  private static final List<List<Integer>> STEPS =
      List.of(List.of(1, 2, 5), List.of(1, 3), List.of(1));

  private final NumberFormat format;

  LogTicks(String label, NumberFormat format) {
    super(label);
    this.format = format;
    setNumberFormatOverride(format);
    setMinorTickMarksVisible(false);
  }

  @Override
  protected List<NumberTick> refreshTicksHorizontal(
      Graphics2D g2, Rectangle2D area, RectangleEdge edge) {
    return ticks(TextAnchor.TOP_CENTER);
  }

  @Override
  protected List<NumberTick> refreshTicksVertical(
      Graphics2D g2, Rectangle2D area, RectangleEdge edge) {
    return ticks(TextAnchor.CENTER_RIGHT);
  }

  private List<NumberTick> ticks(TextAnchor anchor) {
    return values(getLowerBound(), getUpperBound()).stream()
        .map(v -> new NumberTick(v, format.format(v), anchor, TextAnchor.CENTER, 0))
        .toList();
  }

  /** Returns the numbers between {@code low} and {@code high} that get a tick. */
  static List<Double> values(double low, double high) {
    List<Double> values = new ArrayList<>();
    for (List<Integer> steps : STEPS) {
      values.clear();
      for (int e = (int) Math.floor(Math.log10(low)); e <= Math.log10(high); e++) {
        for (int step : steps) {
          double value = step * Math.pow(10, e);
          if (value >= low && value <= high) {
            values.add(value);
          }
        }
      }
      if (values.size() <= MOST_TICKS) {
        return values;
      }
    }
    return values;
  }
}
