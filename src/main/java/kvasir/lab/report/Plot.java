package kvasir.lab.report;

import java.awt.BasicStroke;
import java.awt.Font;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.Axis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;

/** A plot that can be drawn in the colours of a theme. */
interface Plot {
  /** The widths that a plot is drawn for; the narrow one can be read on a phone. */
  enum Size {
    WIDE(760),
    NARROW(400);

    private final int width;

    Size(int width) {
      this.width = width;
    }

    int width() {
      return width;
    }
  }

  BasicStroke THIN = new BasicStroke(0.8f);
  BasicStroke LINE = new BasicStroke(2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);

  /** Returns a new chart in a theme's colours. */
  JFreeChart chart(Theme theme);

  /** Returns the height of the plot in pixels. */
  int height(Size size);

  /** Returns a chart in a theme's colours, with its legend below if it has one. */
  static JFreeChart styled(org.jfree.chart.plot.Plot plot, Theme theme, boolean legend) {
    plot.setBackgroundPaint(null);
    plot.setOutlineVisible(false);
    plot.setInsets(new RectangleInsets(8, 4, 4, 16));
    JFreeChart chart = new JFreeChart(null, Theme.FONT, plot, legend);
    chart.setBackgroundPaint(theme.background());
    chart.setBorderVisible(false);
    LegendTitle below = chart.getLegend();
    if (below != null) {
      below.setPosition(RectangleEdge.BOTTOM);
      below.setFrame(BlockBorder.NONE);
      below.setBackgroundPaint(null);
      below.setItemFont(Theme.FONT);
      below.setItemPaint(theme.ink());
      below.setItemLabelPadding(new RectangleInsets(2, 4, 2, 14));
    }
    return chart;
  }

  /** Sets the fonts and colours of an axis. */
  static void style(Axis axis, Theme theme) {
    axis.setLabelFont(Theme.FONT.deriveFont(Font.BOLD));
    axis.setTickLabelFont(Theme.FONT);
    axis.setLabelPaint(theme.ink());
    axis.setTickLabelPaint(theme.ink());
    axis.setAxisLinePaint(theme.ink());
    axis.setTickMarkPaint(theme.ink());
    axis.setLabelInsets(new RectangleInsets(5, 5, 5, 5));
  }
}
