package kvasir.lab.report;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The plots of a page, both as figures in the page and as separate files. */
final class Figures {
  private final Map<String, String> files = new LinkedHashMap<>();

  /**
   * Adds a plot and returns a figure with it for wide and for narrow pages; the page's style
   * chooses size and colours.
   *
   * @param name name of the file, which is made unique
   * @param title short title of the plot
   * @param caption explanation of the plot in words
   */
  Markup add(String name, String title, String caption, Plot plot) {
    String file = unique(name);
    String wide = Svg.draw(plot, Plot.Size.WIDE, Theme.LIGHT, "plot-" + file, title);
    String narrow =
        Svg.draw(plot, Plot.Size.NARROW, Theme.LIGHT, "plot-" + file + "-narrow", title);
    files.put(file, wide);
    Markup plots =
        Markup.join(
            Markup.element("div", Map.of("class", "large"), new Markup(Theme.variable(wide))),
            Markup.element("div", Map.of("class", "small"), new Markup(Theme.variable(narrow))));
    return Markup.element(
        "figure",
        Markup.element(
            "figcaption", Markup.element("strong", title + "."), Markup.text(" " + caption)),
        Markup.element("div", Map.of("class", "plot"), plots));
  }

  /** Returns the SVG of all plots, by name of the file without its ending. */
  Map<String, String> files() {
    return files;
  }

  private String unique(String name) {
    String plain = slug(name);
    String free = plain;
    for (int i = 2; files.containsKey(free); i++) {
      free = plain + "-" + i;
    }
    return free;
  }

  /** Returns a name of letters, digits and hyphens, which is safe as a file name and as an id. */
  static String slug(String name) {
    String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String bare = plain.replaceAll("^-|-$", "");
    return bare.isEmpty() ? "plot" : bare.substring(0, Math.min(60, bare.length()));
  }
}
