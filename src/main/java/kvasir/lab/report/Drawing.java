package kvasir.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A self-contained SVG picture, without scripts and external references. It follows the reader's
 * preference for light or dark pages. Positions and sizes are in pixels, from the top left.
 */
final class Drawing {
  /** The colour of the background. The colours of text and of thin lines follow. */
  static final String PAPER = "var(--plot-0)";

  static final String INK = "var(--plot-1)";
  static final String RULE = "var(--plot-2)";

  /** The number of shades for amounts, from the smallest to the largest. */
  static final int SHADES = 8;

  private static final List<String> LIGHT_SHADES =
      List.of(
          "#f6f4f1", "#fde7c3", "#fdc98f", "#f99d6b", "#e96a5d", "#c23e6f", "#85277d", "#45125e");

  private static final List<String> DARK_SHADES =
      List.of(
          "#22242b", "#35204f", "#5a2070", "#86297a", "#b93c74", "#e65d62", "#fb9a6a", "#fdecae");

  private static final int FIRST_SERIES = 3;
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  /** Mean width of a character, relative to the size of the font. */
  private static final double CHARACTER = 0.54;

  private static final String CSS =
      """
      :root { LIGHT}
      @media screen and (prefers-color-scheme: dark) { :root { DARK} }
      text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
        fill: var(--plot-1); }
      """
          .replace("LIGHT", Theme.LIGHT.variables() + shades(LIGHT_SHADES))
          .replace("DARK", Theme.DARK.variables() + shades(DARK_SHADES));

  private final List<Markup> parts = new ArrayList<>();
  private final int width;

  /** Alignment of a text relative to its point. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  Drawing(int width) {
    this.width = width;
  }

  int width() {
    return width;
  }

  /** Returns the colour of a rank; colours repeat after eight. */
  static String rank(int rank) {
    return "var(--plot-" + (FIRST_SERIES + rank % Theme.LIGHT.colours().size()) + ")";
  }

  /** Returns the colour of one of the {@link #SHADES}. */
  static String shade(int step) {
    return "var(--shade-" + step + ")";
  }

  private static String shades(List<String> colours) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < SHADES; i++) {
      text.append("--shade-").append(i).append(": ").append(colours.get(i)).append("; ");
    }
    return text.toString();
  }

  /** Returns attributes of a shape, given as name and value in turn. */
  static Map<String, String> look(String... namesAndValues) {
    Map<String, String> look = new TreeMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      look.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return look;
  }

  /**
   * Adds a rectangle.
   *
   * @param tip text shown while the pointer is over it; empty for none
   */
  void rectangle(double x, double y, double w, double h, Map<String, String> look, String tip) {
    Map<String, String> all = new TreeMap<>(look);
    all.put("x", number(x));
    all.put("y", number(y));
    all.put("width", number(w));
    all.put("height", number(h));
    parts.add(shape("rect", all, tip));
  }

  /** Adds a circle, with a tip as for a rectangle. */
  void circle(double x, double y, double radius, Map<String, String> look, String tip) {
    Map<String, String> all = new TreeMap<>(look);
    all.put("cx", number(x));
    all.put("cy", number(y));
    all.put("r", number(radius));
    parts.add(shape("circle", all, tip));
  }

  /** Adds a line through points, given as x and y in turn. */
  void line(Map<String, String> look, double... points) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < points.length; i += 2) {
      path.append(i == 0 ? "M" : " L").append(number(points[i])).append(' ');
      path.append(number(points[i + 1]));
    }
    Map<String, String> all = new TreeMap<>(look);
    all.put("d", path.toString());
    all.putIfAbsent("fill", "none");
    parts.add(shape("path", all, ""));
  }

  /** Adds a text on a base line. */
  void text(double x, double y, int size, Anchor anchor, String text) {
    text(x, y, size, anchor, Map.of(), text);
  }

  /** Adds a text with further attributes, on a base line. */
  void text(double x, double y, int size, Anchor anchor, Map<String, String> look, String text) {
    Map<String, String> all = new TreeMap<>(look);
    all.put("x", number(x));
    all.put("y", number(y));
    all.put("font-size", number(size));
    all.put("text-anchor", anchor.name().toLowerCase(Locale.ROOT));
    parts.add(Markup.element("text", all, Markup.text(Markup.printable(text))));
  }

  /**
   * Adds a text in lines that fit the drawing; returns the y of the base line after the last one.
   *
   * @param y y of the first base line
   */
  double paragraph(double x, double y, int size, Map<String, String> look, String text) {
    double next = y;
    int most = (int) ((width - 2 * x) / (CHARACTER * size));
    for (String line : lines(text, most)) {
      text(x, next, size, Anchor.START, look, line);
      next += 1.4 * size;
    }
    return next;
  }

  /** Breaks a text between words into lines of at most {@code maxCharacters} characters. */
  static List<String> lines(String text, int maxCharacters) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : BLANKS.split(text.strip(), -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > maxCharacters) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /** Returns the approximate width of a text. */
  static double width(String text, int size) {
    return CHARACTER * size * text.length();
  }

  private static Markup shape(String name, Map<String, String> attributes, String tip) {
    Markup title = tip.isEmpty() ? Markup.NONE : Markup.element("title", Markup.printable(tip));
    return Markup.element(name, attributes, title);
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    return text.replaceFirst("\\.?0+$", "");
  }

  /**
   * Returns the picture as the text of an SVG file.
   *
   * @param title description for readers who cannot see the picture
   */
  String svg(double height, String title) {
    int whole = (int) Math.ceil(height);
    Map<String, String> attributes =
        look(
            "xmlns",
            Svg.NAMESPACE,
            "viewBox",
            "0 0 " + width + " " + whole,
            "width",
            String.valueOf(width),
            "height",
            String.valueOf(whole),
            "style",
            "max-width: 100%; height: auto; background: " + PAPER,
            "role",
            "img",
            "aria-label",
            Markup.printable(title));
    List<Markup> all = new ArrayList<>();
    all.add(Markup.element("title", Markup.printable(title)));
    all.add(Markup.element("style", new Markup(CSS)));
    all.add(
        Markup.element(
            "rect", look("width", "100%", "height", "100%", "fill", PAPER), Markup.NONE));
    all.addAll(parts);
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        + Markup.element("svg", attributes, Markup.join(all)).html();
  }
}
