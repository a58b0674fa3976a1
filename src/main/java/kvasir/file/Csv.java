package kvasir.file;

import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;

/**
 * Writer of comma-separated values with a line of names first. Lines end with a line feed. A value
 * that is a {@link Number} is written as it prints itself, any other as text.
 */
public final class Csv {
  private static final CsvSchema LINES =
      CsvSchema.emptySchema().withoutHeader().withLineSeparator("\n");

  private Csv() {}

  /** Returns a table whose texts are in quotes only where they have to be. */
  public static String plain(List<String> names, List<? extends List<?>> rows) {
    return write(false, List.of(names)) + write(false, rows);
  }

  /** Returns a table whose texts are all in quotes, except for the names. */
  public static String quoted(List<String> names, List<? extends List<?>> rows) {
    return write(false, List.of(names)) + write(true, rows);
  }

  private static String write(boolean quotes, List<? extends List<?>> rows) {
    CsvMapper mapper =
        CsvMapper.builder()
            .configure(CsvGenerator.Feature.ALWAYS_QUOTE_STRINGS, quotes)
            .enable(CsvGenerator.Feature.STRICT_CHECK_FOR_QUOTING)
            .build();
    StringWriter text = new StringWriter();
    try (SequenceWriter lines = mapper.writer(LINES).writeValues(text)) {
      for (List<?> row : rows) {
        lines.write(row.stream().map(v -> v instanceof Number ? v : String.valueOf(v)).toList());
      }
    } catch (IOException e) {
      throw new IllegalStateException("a table that cannot be written as CSV", e);
    }
    return text.toString();
  }
}
