package kvasir.lab.report;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A piece of HTML. All text is added by {@link #text}, which escapes it, so that names, questions
 * and failures cannot contain elements.
 */
record Markup(String html) {
  static final Markup NONE = new Markup("");

  /** Returns a text with spaces in place of characters that XML does not allow. */
  static String printable(String text) {
    return text.replaceAll(
        "[^\\t\\n\\x{20}-\\x{D7FF}\\x{E000}-\\x{FFFD}\\x{10000}-\\x{10FFFF}]", " ");
  }

  /** Returns a text, escaped. */
  static Markup text(String raw) {
    StringBuilder escaped = new StringBuilder(raw.length() + 16);
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        // No line break between a number and its percent sign.
        case ' ' -> escaped.append(raw.startsWith(" %", i) ? '\u00a0' : c);
        default -> escaped.append(Character.isISOControl(c) && c != '\n' ? ' ' : c);
      }
    }
    return new Markup(escaped.toString());
  }

  /**
   * Returns an element.
   *
   * @param name name of the element, which must come from code and not from data
   * @param attributes attributes, whose values are escaped here
   */
  static Markup element(String name, Map<String, String> attributes, Markup... content) {
    String written =
        new TreeMap<>(attributes)
            .entrySet().stream()
                .map(a -> " " + a.getKey() + "=\"" + text(a.getValue()).html() + "\"")
                .collect(Collectors.joining());
    return new Markup("<" + name + written + ">" + join(content).html() + "</" + name + ">\n");
  }

  static Markup element(String name, Markup... content) {
    return element(name, Map.of(), content);
  }

  static Markup element(String name, String text) {
    return element(name, text(text));
  }

  static Markup join(Markup... parts) {
    return join(List.of(parts));
  }

  static Markup join(List<Markup> parts) {
    return new Markup(parts.stream().map(Markup::html).collect(Collectors.joining()));
  }

  static Markup list(List<String> lines) {
    return element("ul", join(lines.stream().map(line -> element("li", line)).toList()));
  }

  /** Returns a table. Cells that contain a number are aligned to the right. */
  static Markup table(List<String> header, List<List<String>> rows) {
    Markup head = join(header.stream().map(cell -> element("th", cell)).toList());
    Markup body =
        join(
            rows.stream()
                .map(r -> element("tr", join(r.stream().map(Markup::cell).toList())))
                .toList());
    Markup table = element("table", element("thead", element("tr", head)), element("tbody", body));
    return element("div", Map.of("class", "wide", "tabindex", "0"), table);
  }

  private static Markup cell(String text) {
    boolean number = text.matches("[-+]?[0-9][-+0-9.,%\\[\\] eE]*");
    return element("td", number ? Map.of("class", "n") : Map.of(), text(text));
  }

  boolean isEmpty() {
    return html.isEmpty();
  }
}
