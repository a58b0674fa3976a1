package kvasir.lab.report;

import java.awt.BasicStroke;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.labels.ItemLabelAnchor;
import org.jfree.chart.labels.ItemLabelPosition;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.DeviationRenderer;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.RectangleAnchor;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.xy.YIntervalSeries;
import org.jfree.data.xy.YIntervalSeriesCollection;

/**
 * A plot of points and lines over an axis of numbers or of names.
 *
 * @param symbols names at x = 0, 1, 2, ...; empty for an axis of numbers
 * @param form the form of intervals and axes
 * @param breaks places on the x axis that are marked with a text
 */
record XyPlot(
    String xLabel,
    String yLabel,
    List<String> symbols,
    List<Line> lines,
    PlotForm form,
    List<Break> breaks)
    implements Plot {

  /** The form of intervals and axes. */
  enum PlotForm {
    /** Intervals are bars. */
    BARS,
    /** Intervals are bands around the lines. */
    BANDS,
    /** Both axes are logarithmic, for values of very different sizes. */
    LOG
  }

  /** The ratio of the largest to the smallest value from which an axis is logarithmic. */
  private static final double WIDE = 8;

  /** A dashed vertical line at a place on the x axis, with a text. */
  record Break(double x, String text) {}

  private static final DecimalFormat NUMBER =
      new DecimalFormat("0.####", DecimalFormatSymbols.getInstance(Locale.ROOT));

  private static final BasicStroke DASHED =
      new BasicStroke(1.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {6, 4}, 0);

  /** Returns a plot of points over names, with intervals as bars. */
  static XyPlot over(List<String> symbols, String xLabel, String yLabel, List<Line> lines) {
    return new XyPlot(xLabel, yLabel, symbols, lines, PlotForm.BARS, List.of());
  }

  @Override
  public int height(Size size) {
    return 400 + 20 * (lines.size() / (size == Size.WIDE ? 3 : 1));
  }

  @Override
  public JFreeChart chart(Theme theme) {
    XYPlot plot = new XYPlot(data(), domain(), range(), renderer(theme));
    Plot.style(plot.getDomainAxis(), theme);
    Plot.style(plot.getRangeAxis(), theme);
    plot.setDomainGridlinesVisible(form == PlotForm.LOG);
    plot.setDomainGridlinePaint(theme.grid());
    plot.setRangeGridlinePaint(theme.grid());
    plot.setDomainGridlineStroke(THIN);
    plot.setRangeGridlineStroke(THIN);
    for (Break b : breaks) {
      ValueMarker marker = new ValueMarker(b.x(), theme.colour(1), DASHED);
      marker.setLabel(b.text());
      marker.setLabelFont(Theme.FONT);
      marker.setLabelPaint(theme.ink());
      // The label is left of the line, since the last place on the axis has no room on its right.
      marker.setLabelAnchor(RectangleAnchor.TOP_LEFT);
      marker.setLabelTextAnchor(TextAnchor.TOP_RIGHT);
      marker.setLabelBackgroundColor(theme.background());
      plot.addDomainMarker(marker);
    }
    return Plot.styled(plot, theme, true);
  }

  private YIntervalSeriesCollection data() {
    YIntervalSeriesCollection data = new YIntervalSeriesCollection();
    for (int i = 0; i < lines.size(); i++) {
      YIntervalSeries series = new YIntervalSeries(lines.get(i).name(), false, true);
      for (Line.Dot dot : lines.get(i).dots()) {
        series.add(dot.x() + dodge(i), dot.y(), dot.low(), dot.high());
      }
      data.addSeries(series);
    }
    return data;
  }

  /**
   * Returns the offset of a series. Over names, series are drawn side by side, so that intervals do
   * not hide each other.
   */
  private double dodge(int line) {
    double step = Math.min(0.12, 0.6 / lines.size());
    return symbols.isEmpty() ? 0 : (line - (lines.size() - 1) / 2.0) * step;
  }

  private ValueAxis domain() {
    if (form == PlotForm.LOG) {
      return free(xLabel, true);
    }
    if (symbols.isEmpty()) {
      NumberAxis axis = new NumberAxis(xLabel);
      axis.setStandardTickUnits(NumberAxis.createIntegerTickUnits(Locale.ROOT));
      return axis;
    }
    SymbolAxis axis = new SymbolAxis(xLabel, symbols.toArray(String[]::new));
    axis.setGridBandsVisible(false);
    axis.setRange(-0.5, symbols.size() - 0.5);
    return axis;
  }

  private ValueAxis range() {
    if (form == PlotForm.LOG) {
      return free(yLabel, false);
    }
    NumberAxis axis = new NumberAxis(yLabel);
    axis.setStandardTickUnits(NumberAxis.createStandardTickUnits(Locale.ROOT));
    axis.setAutoRangeIncludesZero(true);
    axis.setUpperMargin(0.1);
    return axis;
  }

  /**
   * Returns a logarithmic axis if values differ by a large factor, else a linear one, since a short
   * logarithmic axis would have only one or two numbers.
   */
  private ValueAxis free(String label, boolean domain) {
    double[] values =
        lines.stream()
            .flatMap(line -> line.dots().stream())
            .mapToDouble(dot -> domain ? dot.x() : dot.y())
            .sorted()
            .toArray();
    boolean wide =
        values.length > 0 && values[0] > 0 && values[values.length - 1] > WIDE * values[0];
    NumberAxis linear = new NumberAxis(label);
    linear.setAutoRangeIncludesZero(false);
    linear.setNumberFormatOverride(NUMBER);
    ValueAxis axis = wide ? new LogTicks(label, NUMBER) : linear;
    axis.setLowerMargin(0.08);
    axis.setUpperMargin(0.08);
    return axis;
  }

  private XYLineAndShapeRenderer renderer(Theme theme) {
    XYLineAndShapeRenderer renderer = form == PlotForm.BANDS ? new Bands() : new Bars();
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      boolean guide = line.style() == Line.LineStyle.GUIDE;
      renderer.setSeriesPaint(i, guide ? theme.ink() : theme.colour(i));
      renderer.setSeriesFillPaint(i, theme.colour(i));
      renderer.setSeriesShape(i, Theme.mark(i));
      renderer.setSeriesStroke(i, guide ? DASHED : LINE);
      renderer.setSeriesOutlineStroke(i, LINE);
      renderer.setSeriesShapesVisible(i, !guide);
      renderer.setSeriesLinesVisible(i, line.style() != Line.LineStyle.MARKS);
      renderer.setSeriesItemLabelGenerator(
          i, (data, series, item) -> lines.get(series).dots().get(item).label());
      renderer.setSeriesItemLabelsVisible(i, true);
    }
    renderer.setDefaultItemLabelFont(Theme.FONT);
    renderer.setDefaultItemLabelPaint(theme.ink());
    renderer.setDefaultPositiveItemLabelPosition(
        new ItemLabelPosition(ItemLabelAnchor.OUTSIDE4, TextAnchor.TOP_LEFT));
    renderer.setDrawOutlines(true);
    return renderer;
  }

  private boolean filled(int series, int item) {
    return lines.get(series).dots().get(item).fair();
  }

  /** Renderer of intervals as bars. */
  @SuppressWarnings("serial")
  private final class Bars extends XYErrorRenderer {
    private Bars() {
      setDrawXError(false);
      setErrorStroke(new BasicStroke(1.4f));
      setCapLength(6);
    }

    @Override
    public boolean getItemShapeFilled(int series, int item) {
      return filled(series, item);
    }
  }

  /** Renderer of intervals as bands. */
  @SuppressWarnings("serial")
  private final class Bands extends DeviationRenderer {
    private Bands() {
      super(true, true);
      setAlpha(0.18f);
    }

    @Override
    public boolean getItemShapeFilled(int series, int item) {
      return filled(series, item);
    }
  }
}
