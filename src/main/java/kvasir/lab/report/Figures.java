package kvasir.lab.report;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The plots of a page: as figures in it, and as files of their own. */
final class Figures {
  private final Map<String, String> files = new LinkedHashMap<>();

  /**
   * A figure with its plot for wide and for narrow pages; the page chooses colours and size.
   *
   * @param name of the file; made unique
   * @param title what is plotted, short
   * @param caption what is seen, in words
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

  /** SVG by name of the file, without its ending. */
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

  /** Letters, digits and hyphens: safe as a file's name and as an id. */
  static String slug(String name) {
    String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String bare = plain.replaceAll("^-|-$", "");
    return bare.isEmpty() ? "plot" : bare.substring(0, Math.min(60, bare.length()));
  }
}
