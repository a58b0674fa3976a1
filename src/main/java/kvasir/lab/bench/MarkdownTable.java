package kvasir.lab.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Table in Markdown whose columns are as wide as their widest cell, so that it can be read as text
 * too. Not thread-safe.
 */
final class MarkdownTable {
  /**
   * Column of a table.
   *
   * @param numeric true if cells are aligned to the right
   * @param least smallest width in characters
   */
  private record Column(String name, boolean numeric, int least) {}

  private final List<Column> columns = new ArrayList<>();
  private final List<List<String>> rows = new ArrayList<>();

  /** Adds a column of texts with a smallest width; returns this table. */
  MarkdownTable texts(String name, int least) {
    columns.add(new Column(name, false, least));
    return this;
  }

  /** Adds a column of numbers with a smallest width; returns this table. */
  MarkdownTable numbers(String name, int least) {
    columns.add(new Column(name, true, least));
    return this;
  }

  /** Adds a row with a cell for each column; cells may have blanks around them. */
  void add(List<String> cells) {
    rows.add(cells.stream().map(String::strip).toList());
  }

  /** Returns the table, whose lines end with a line feed. */
  String format() {
    StringBuilder text = new StringBuilder(line(columns.stream().map(Column::name).toList()));
    text.append(line(IntStream.range(0, columns.size()).mapToObj(this::rule).toList()));
    rows.forEach(row -> text.append(line(row)));
    return text.toString();
  }

  private String line(List<String> cells) {
    StringBuilder text = new StringBuilder("|");
    for (int i = 0; i < cells.size(); i++) {
      String blanks = " ".repeat(width(i) - length(cells.get(i)));
      boolean numeric = columns.get(i).numeric();
      text.append(' ').append(numeric ? blanks : "").append(cells.get(i));
      text.append(numeric ? "" : blanks).append(" |");
    }
    return text.append('\n').toString();
  }

  private String rule(int column) {
    return columns.get(column).numeric()
        ? "-".repeat(width(column) - 1) + ":"
        : "-".repeat(width(column));
  }

  private int width(int column) {
    int widest = rows.stream().mapToInt(row -> length(row.get(column))).max().orElse(0);
    Column of = columns.get(column);
    return Math.max(Math.max(of.least(), of.name().length()), widest);
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
