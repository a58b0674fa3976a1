package kvasir.lab.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Tables whose columns have room for their cells, such as the names of load tests. */
class MarkdownTableTest {
  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    MarkdownTable table = new MarkdownTable().texts("model", 6).numbers("test", 4);
    table.numbers("tokens per second", 1);
    table.add(List.of("m", "tg32", "   12.50 ± 0.10"));
    table.add(List.of("a longer model", "pp512+tg128 @ d4096 load 16", "7"));
    assertEquals(
        """
        | model          |                        test | tokens per second |
        | -------------- | --------------------------: | ----------------: |
        | m              |                        tg32 |      12.50 ± 0.10 |
        | a longer model | pp512+tg128 @ d4096 load 16 |                 7 |
        """,
        table.format());
  }

  @Test
  void aTableWithoutRowsHasItsSmallestWidths() {
    assertEquals(
        """
        | model  | test |
        | ------ | ---: |
        """,
        new MarkdownTable().texts("model", 6).numbers("test", 4).format());
  }
}
