package kvasir.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class CsvTest {
  private static final List<String> NAMES = List.of("model", "ranks", "speed");
  private static final List<List<Object>> ROWS =
      List.of(
          List.of("a b", 2, new BigDecimal("0.500")),
          List.of("c, \"d\"\n", 10.0, Double.NaN),
          List.of("", 1e-7, 5L));

  @Test
  void plainTextsAreQuotedWhereTheyHaveToBe() {
    assertEquals(
        """
        model,ranks,speed
        a b,2,0.500
        "c, ""d""
        ",10.0,NaN
        ,1.0E-7,5
        """,
        Csv.plain(NAMES, ROWS));
  }

  @Test
  void quotedTextsAlwaysAreAndNumbersAndNamesNever() {
    assertEquals(
        """
        model,ranks,speed
        "a b",2,0.500
        "c, ""d""
        ",10.0,NaN
        "",1.0E-7,5
        """,
        Csv.quoted(NAMES, ROWS));
  }

  @Test
  void aTableMayHaveNoRows() {
    assertEquals("model,ranks,speed\n", Csv.plain(NAMES, List.of()));
  }
}
