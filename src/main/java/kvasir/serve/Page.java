package kvasir.serve;

import java.util.List;

/** The page for people: a chat, and a view of the world of ranks. */
final class Page {
  private static final List<String> PARTS =
      List.of(
          "style.css",
          "icon.svg",
          "theme.js",
          "main.js",
          "api.js",
          "attention.js",
          "dom.js",
          "events.js",
          "markdown.js",
          "messages.js",
          "store.js",
          "world.js");

  private Page() {}

  /** Adds the page and its parts to a table. */
  static void addTo(Routes routes) {
    routes.get("/", PageFile.of("index.html"));
    PARTS.forEach(name -> routes.get("/page/" + name, PageFile.of(name)));
  }
}
