package kvasir.lab.report;

import java.awt.BasicStroke;
import java.awt.Paint;
import java.util.List;
import java.util.Locale;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StackedBarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.data.category.DefaultCategoryDataset;

/**
 * A plot of horizontal bars with their names on the left.
 *
 * @param label label of the axis of values
 * @param parts names of the values of each bar
 * @param stacked true to draw the values of a bar one after the other, false to draw them side by
 *     side
 * @param limit end of the axis; 0 to end it at the longest bar
 */
record BarPlot(String label, List<String> parts, List<Bar> bars, boolean stacked, double limit)
    implements Plot {

  /**
   * A bar, or a group of bars side by side.
   *
   * @param name name that is unique in its plot
   * @param fair false to draw the bars hollow
   */
  record Bar(String name, List<Double> values, boolean fair) {}

  @Override
  public int height(Size size) {
    int each = stacked ? 34 : 14 + 20 * parts.size();
    int names = size == Size.WIDE ? 0 : 16;
    int legend = size == Size.WIDE || parts.size() == 1 ? 0 : 20 * parts.size();
    return 120 + legend + (each + names) * bars.size();
  }

  @Override
  public JFreeChart chart(Theme theme) {
    DefaultCategoryDataset data = new DefaultCategoryDataset();
    for (Bar bar : bars) {
      for (int i = 0; i < parts.size(); i++) {
        data.addValue(bar.values().get(i), parts.get(i), bar.name());
      }
    }
    CategoryPlot plot = new CategoryPlot(data, names(theme), values(theme), renderer(theme));
    plot.setOrientation(PlotOrientation.HORIZONTAL);
    plot.setRangeGridlinePaint(theme.grid());
    plot.setRangeGridlineStroke(THIN);
    plot.setRangeAxisLocation(AxisLocation.BOTTOM_OR_LEFT);
    return Plot.styled(plot, theme, parts.size() > 1);
  }

  private static CategoryAxis names(Theme theme) {
    CategoryAxis axis = new CategoryAxis();
    Plot.style(axis, theme);
    axis.setMaximumCategoryLabelLines(3);
    axis.setMaximumCategoryLabelWidthRatio(0.42f);
    axis.setCategoryMargin(0.25);
    axis.setLowerMargin(0.02);
    axis.setUpperMargin(0.02);
    return axis;
  }

  private NumberAxis values(Theme theme) {
    NumberAxis axis = new NumberAxis(label);
    Plot.style(axis, theme);
    axis.setStandardTickUnits(NumberAxis.createStandardTickUnits(Locale.ROOT));
    if (limit > 0) {
      axis.setRange(0, limit);
    }
    return axis;
  }

  private BarRenderer renderer(Theme theme) {
    // Stacked parts are always filled, since hollow ones could not be told apart.
    BarRenderer renderer = stacked ? new StackedBarRenderer() : new Grouped(theme);
    renderer.setBarPainter(new StandardBarPainter());
    renderer.setShadowVisible(false);
    renderer.setItemMargin(0.05);
    renderer.setMaximumBarWidth(0.3);
    renderer.setDrawBarOutline(true);
    for (int i = 0; i < parts.size(); i++) {
      renderer.setSeriesPaint(i, theme.colour(i));
      renderer.setSeriesOutlinePaint(i, stacked ? theme.background() : theme.colour(i));
      renderer.setSeriesOutlineStroke(i, new BasicStroke(1.4f));
    }
    return renderer;
  }

  /** Renderer of bars side by side that draws unfair ones hollow. */
  @SuppressWarnings("serial")
  private final class Grouped extends BarRenderer {
    private final Theme theme;

    private Grouped(Theme theme) {
      this.theme = theme;
    }

    @Override
    public Paint getItemPaint(int row, int column) {
      return bars.get(column).fair() ? super.getItemPaint(row, column) : theme.background();
    }
  }
}
