package kvasir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents for users: links lead somewhere, and pages are short. */
class DocumentsTest {
  private static final Path ROOT = Path.of("").toAbsolutePath();

  /** Folders and files of documents. */
  private static final List<String> PLACES =
      List.of("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs", "experiments");

  private static final Pattern CODE = Pattern.compile("(?s)```.*?```");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]*)(?:#([^)]*))?\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
  private static final int MOST_LINES = 150;

  private static List<Path> documents() throws IOException {
    List<Path> all = new ArrayList<>();
    for (String place : PLACES) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(place))) {
        files.filter(file -> file.toString().endsWith(".md")).forEach(all::add);
      }
    }
    assertTrue(all.size() > PLACES.size(), all::toString);
    return all;
  }

  @Test
  void linksLeadSomewhere() throws IOException {
    List<String> dead =
        documents().stream().flatMap(document -> deadLinks(document).stream()).toList();
    assertEquals(List.of(), dead);
  }

  private static List<String> deadLinks(Path document) {
    return LINK.matcher(CODE.matcher(text(document)).replaceAll(""))
        .results()
        .filter(link -> !link.group(1).startsWith("http"))
        .filter(link -> !leads(document, link.group(1), link.group(2)))
        .map(link -> ROOT.relativize(document) + ": " + link.group())
        .toList();
  }

  private static boolean leads(Path document, String path, String anchor) {
    Path target = path.isEmpty() ? document : document.resolveSibling(path);
    return Files.exists(target)
        && (anchor == null
            || HEADING
                .matcher(text(target))
                .results()
                .anyMatch(h -> slug(h.group(1)).equals(anchor)));
  }

  /** Returns the anchor that GitHub gives a heading. */
  private static String slug(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-');
  }

  @Test
  void pagesAreShort() throws IOException {
    List<Path> pages = new ArrayList<>(documents());
    pages.removeIf(page -> !page.startsWith(ROOT.resolve("docs")));
    pages.add(ROOT.resolve("README.md"));
    for (Path page : pages) {
      long lines = text(page).lines().count();
      assertTrue(lines <= MOST_LINES, () -> page + " has " + lines + " lines");
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
