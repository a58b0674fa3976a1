package kvasir.experiment.report;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The plots of a page: as figures in it, and as files of their own. */
final class Figures {
  private final Map<String, String> files = new LinkedHashMap<>();

  /**
   * A figure with its plot for light and dark pages.
   *
   * @param name of the file; made unique
   * @param title what is plotted, short
   * @param caption what is seen, in words
   */
  Markup add(String name, String title, String caption, Plot plot) {
    String file = unique(name);
    String light = Svg.draw(plot, Theme.LIGHT, "plot-" + file + "-light", title);
    String dark = Svg.draw(plot, Theme.DARK, "plot-" + file + "-dark", title);
    files.put(file, light);
    Markup plots =
        Markup.join(
            Markup.element("div", Map.of("class", "light"), new Markup(light)),
            Markup.element("div", Map.of("class", "dark"), new Markup(dark)));
    return Markup.element(
        "figure",
        Markup.element("div", Map.of("class", "plot", "tabindex", "0"), plots),
        Markup.element(
            "figcaption", Markup.element("strong", title + "."), Markup.text(" " + caption)));
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
