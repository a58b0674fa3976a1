package kvasir.lab.predict;

import java.util.List;
import kvasir.lab.bench.BenchRow;
import kvasir.model.ModelConfig;

/**
 * Finds the shares of a machine's limits that fit its own rows best: one share after the other,
 * three times over, each by trying all whole percents. The mean of the logarithms' distances
 * decides.
 */
public final class CalibrationFit {
  /** Sets one share. */
  private interface Turn {
    Calibration set(Calibration c, double share);
  }

  private static final List<Turn> TURNS =
      List.of(
          (c, share) -> c.withShares(share, c.kvShare(), c.linearShare(), c.attentionShare()),
          (c, share) -> c.withShares(c.weightShare(), share, c.linearShare(), c.attentionShare()),
          (c, share) -> c.withShares(c.weightShare(), c.kvShare(), share, c.attentionShare()),
          (c, share) -> c.withShares(c.weightShare(), c.kvShare(), c.linearShare(), share));

  private static final int ROUNDS = 3;
  private static final int LEAST = 20;
  private static final int PERCENT = 100;

  private final List<BenchRow> rows;
  private final ModelConfig model;

  private CalibrationFit(List<BenchRow> rows, ModelConfig model) {
    this.rows = rows;
    this.model = model;
  }

  /** The four shares of the rows; what no row depends on stays as it is by default. */
  public static Calibration of(List<BenchRow> rows, ModelConfig model) {
    CalibrationFit fit = new CalibrationFit(rows, model);
    Calibration best = Calibration.DEFAULT;
    for (int round = 0; round < ROUNDS; round++) {
      for (Turn turn : TURNS) {
        best = fit.search(best, turn);
      }
    }
    return best;
  }

  private Calibration search(Calibration start, Turn turn) {
    Calibration best = start;
    double least = distance(start);
    for (int share = LEAST; share <= PERCENT; share++) {
      Calibration next = turn.set(start, share / (double) PERCENT);
      double distance = distance(next);
      if (distance < least) {
        best = next;
        least = distance;
      }
    }
    return best;
  }

  private double distance(Calibration calibration) {
    return PredictionErrors.of(rows, model, calibration).rows().stream()
        .mapToDouble(row -> Math.abs(Math.log1p(row.error())))
        .average()
        .orElse(0);
  }
}
