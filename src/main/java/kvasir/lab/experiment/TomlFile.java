package kvasir.lab.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kvasir.error.UserError;
import kvasir.file.TextFile;

/**
 * A TOML file and the lines of its fields, for messages. The parser does not keep line numbers, so
 * lines are found in the text, by the key at the start of a line below the table's header.
 */
final class TomlFile {
  private static final long MOST_BYTES = 1 << 16;
  private static final String REMEDY = "name an experiment's .toml file";
  private static final int MOST_QUOTED = 60;
  private static final TomlMapper TOML =
      TomlMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private static final Pattern TABLE = Pattern.compile("\\s*\\[\\s*([^\\[\\]]*?)\\s*]\\s*(#.*)?");
  private static final Pattern KEY =
      Pattern.compile("\\s*([\"']?)([\\w-]+)\\1\\s*(?:\\.\\s*[\"']?([\\w-]+)[\"']?\\s*)?=.*");
  private static final Pattern UNQUOTED =
      Pattern.compile("\\s*([\\w-]+)\\s*=\\s*([A-Za-z][\\w.-]*)\\s*(#.*)?");
  private static final Pattern COLON = Pattern.compile("\\s*([\\w-]+)\\s*:.*");

  private final Path file;
  private final List<String> lines;
  private final ObjectNode fields;

  private TomlFile(Path file, String text) {
    this.file = file;
    this.lines = text.lines().toList();
    this.fields = parse(text);
  }

  /** Reads a file; throws a {@link UserError} that names the line if it is not valid TOML. */
  static TomlFile read(Path file) {
    return new TomlFile(file, TextFile.read(file, file.toString(), MOST_BYTES, REMEDY));
  }

  /** Returns the fields of the file, including its tables. */
  ObjectNode fields() {
    return fields;
  }

  /**
   * Returns the place of a field as {@code FILE: line N}, without the line if it cannot be found.
   *
   * @param table name of the field's table; empty for the top level
   */
  String where(String table, String key) {
    Map<String, Integer> found = new HashMap<>();
    scan(lines.size(), found);
    Integer line = found.getOrDefault(qualified(table, key), found.get(table));
    return line == null ? file.toString() : at(line);
  }

  private String at(int line) {
    return file + ": line " + line;
  }

  private ObjectNode parse(String text) {
    try {
      return (ObjectNode) TOML.readTree(text);
    } catch (JsonProcessingException e) {
      int last =
          e.getLocation() == null
              ? 1
              : Math.clamp(e.getLocation().getLineNr(), 1, Math.max(1, lines.size()));
      scan(last, new HashMap<>()).ifPresent(twice -> fail(twice, e));
      String line = lines.isEmpty() ? "" : lines.get(last - 1);
      String quoted = line.length() > MOST_QUOTED ? line.substring(0, MOST_QUOTED) + "..." : line;
      throw new UserError(
          at(last), "'" + quoted.strip() + "' is not valid TOML", remedy(quoted), e);
    }
  }

  /** A key that is given a second time. */
  private record Twice(int line, String key) {}

  private void fail(Twice twice, Exception cause) {
    throw new UserError(
        at(twice.line()), "'" + twice.key() + "' is given twice", "leave one of them", cause);
  }

  private static String remedy(String line) {
    Matcher bare = UNQUOTED.matcher(line);
    if (bare.matches()) {
      return "write texts in quotes: %s = \"%s\"".formatted(bare.group(1), bare.group(2));
    }
    Matcher colon = COLON.matcher(line);
    return colon.matches()
        ? "write '=' behind the name: " + colon.group(1) + " = ..."
        : "write name = value, texts in \"quotes\", lists in [brackets] that are closed";
  }

  /**
   * Collects the line numbers of keys and tables, by {@code table.key}.
   *
   * @param last number of lines to look at
   * @param found receives the line numbers
   * @return the first key that is given a second time
   */
  private Optional<Twice> scan(int last, Map<String, Integer> found) {
    String table = "";
    Optional<Twice> twice = Optional.empty();
    for (int i = 0; i < last; i++) {
      Matcher head = TABLE.matcher(lines.get(i));
      Matcher key = KEY.matcher(lines.get(i));
      String name = null;
      if (head.matches()) {
        table = head.group(1);
        name = table;
      } else if (key.matches()) {
        name =
            key.group(3) == null
                ? qualified(table, key.group(2))
                : qualified(key.group(2), key.group(3));
      }
      if (name != null && found.putIfAbsent(name, i + 1) != null && twice.isEmpty()) {
        twice = Optional.of(new Twice(i + 1, name.replaceFirst("^.*\\.", "")));
      }
    }
    return twice;
  }

  private static String qualified(String table, String key) {
    return table.isEmpty() ? key : table + "." + key;
  }
}
