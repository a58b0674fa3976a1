package kvasir.lab.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The colours of plots on a light or a dark page.
 *
 * @param key name of the theme in file names and style classes
 * @param background colour of the page
 * @param ink colour of text and axes
 * @param grid colour of grid lines
 * @param colours colours of series, in order
 */
record Theme(String key, Color background, Color ink, Color grid, List<Color> colours) {
  static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);

  /**
   * The theme of light pages. It has the palette of Okabe and Ito, which colour-blind readers can
   * distinguish, with a darker yellow and with grey in place of black.
   */
  static final Theme LIGHT =
      of(
          "light",
          List.of(0xffffff, 0x1b1f24, 0xdfe3e8),
          List.of(0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x5b6470, 0xc9b800));

  /** The theme of dark pages, with lighter variants of the colours of {@link #LIGHT}. */
  static final Theme DARK =
      of(
          "dark",
          List.of(0x16181d, 0xe4e7eb, 0x343a43),
          List.of(0x4aa3df, 0xf0803c, 0x2fc79b, 0xdc9cc0, 0xf0b341, 0x8fd0f5, 0xa9b2bd, 0xf0e442));

  private static Theme of(String key, List<Integer> page, List<Integer> colours) {
    return new Theme(
        key,
        new Color(page.get(0)),
        new Color(page.get(1)),
        new Color(page.get(2)),
        colours.stream().map(Color::new).toList());
  }

  /** Returns the colours as variables of a style sheet. */
  String variables() {
    StringBuilder text = new StringBuilder();
    List<Color> all = all();
    for (int i = 0; i < all.size(); i++) {
      text.append(
          String.format(Locale.ROOT, "--plot-%d: #%06x; ", i, all.get(i).getRGB() & 0xffffff));
    }
    return text.toString();
  }

  /**
   * Returns the SVG of a light plot with variables in place of colours, so that the page's style
   * decides.
   */
  static String variable(String svg) {
    String text = svg;
    List<Color> all = LIGHT.all();
    for (int i = 0; i < all.size(); i++) {
      Color c = all.get(i);
      String rgb = "rgb(%d,%d,%d)".formatted(c.getRed(), c.getGreen(), c.getBlue());
      String name = c.equals(Color.WHITE) ? "white" : rgb;
      String variable = "=\"var(--plot-" + i + ")\"";
      text = text.replace("fill=\"" + name + "\"", "fill" + variable);
      text = text.replace("stroke=\"" + name + "\"", "stroke" + variable);
    }
    return text;
  }

  private List<Color> all() {
    List<Color> all = new ArrayList<>(List.of(background, ink, grid));
    all.addAll(colours);
    return all;
  }

  /** Returns the colour of a series; colours repeat after eight. */
  Color colour(int series) {
    return colours.get(series % colours.size());
  }

  /** Returns the shape of a series' marks, by which series can be told apart without colours. */
  static Shape mark(int series) {
    return switch (series % 4) {
      case 0 -> new Ellipse2D.Double(-4, -4, 8, 8);
      case 1 -> new Rectangle2D.Double(-3.6, -3.6, 7.2, 7.2);
      case 2 -> polygon(0, -4.8, 4.8, 3.6, -4.8, 3.6);
      default -> polygon(0, -5.2, 5.2, 0, 0, 5.2, -5.2, 0);
    };
  }

  private static Shape polygon(double... points) {
    Path2D path = new Path2D.Double();
    path.moveTo(points[0], points[1]);
    for (int i = 2; i < points.length; i += 2) {
      path.lineTo(points[i], points[i + 1]);
    }
    path.closePath();
    return path;
  }
}
