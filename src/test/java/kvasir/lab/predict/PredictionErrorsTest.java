package kvasir.lab.predict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import kvasir.lab.bench.BenchRow;
import kvasir.model.ModelConfig;
import kvasir.model.ModelShape;
import org.junit.jupiter.api.Test;

class PredictionErrorsTest {
  private static final ModelConfig MODEL = ModelShape.QWEN3_0_6B.model();
  private static final double WANTED = 0.15;

  @Test
  void theMedianOverAllShippedRowsIsSmall() {
    PredictionErrors errors = PredictionErrors.of(ShippedRows.all(), MODEL);
    assertEquals(ShippedRows.all().size(), errors.rows().size());
    assertTrue(errors.median() <= WANTED, errors.text());
  }

  /** Tests the shares on rows that they were not fitted to. */
  @Test
  void rowsThatTheSharesWereNotFittedToAreMetAsWell() {
    assertEquals(Calibration.DEFAULT, CalibrationFit.of(streaming(), MODEL));
    PredictionErrors unseen = PredictionErrors.of(ShippedRows.distribution(), MODEL);
    assertTrue(unseen.median() <= WANTED, unseen.text());
  }

  private static List<BenchRow> streaming() {
    return ShippedRows.performance().stream()
        .filter(row -> row.attention().equals("streaming"))
        .toList();
  }

  @Test
  void soIsThatOfDecodeByTransport() {
    for (String transport : List.of("none", "native", "inprocess", "mpj")) {
      List<BenchRow> rows =
          ShippedRows.distribution().stream()
              .filter(row -> row.transport().equals(transport) && row.ranks() <= 2)
              .toList();
      PredictionErrors errors = PredictionErrors.of(rows, MODEL);
      assertTrue(errors.median() <= WANTED, transport + "\n" + errors.text());
    }
  }

  @Test
  void withoutRowsThereIsNothingToSay() {
    assertEquals("", PredictionErrors.of(List.of(), MODEL).text());
  }
}
