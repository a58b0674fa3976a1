package kvasir.lab.predict;

import java.util.List;
import kvasir.lab.bench.BenchRow;
import kvasir.model.ModelConfig;

/**
 * Finds the shares of a machine's limits that predict its measured rows best. Each share in turn is
 * set to the best whole percentage, three times over. The best one has the smallest mean distance
 * between the logarithms of predicted and measured time.
 */
public final class CalibrationFit {
  /** Setter of one share. */
  private interface ShareSetter {
    Calibration set(Calibration c, double share);
  }

  private static final List<ShareSetter> SETTERS =
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

  /**
   * Returns the calibration with the four shares that fit the rows. A share that no row depends on
   * keeps its default.
   */
  public static Calibration of(List<BenchRow> rows, ModelConfig model) {
    CalibrationFit fit = new CalibrationFit(rows, model);
    Calibration best = Calibration.DEFAULT;
    for (int round = 0; round < ROUNDS; round++) {
      for (ShareSetter setter : SETTERS) {
        best = fit.search(best, setter);
      }
    }
    return best;
  }

  private Calibration search(Calibration start, ShareSetter setter) {
    Calibration best = start;
    double least = distance(start);
    for (int share = LEAST; share <= PERCENT; share++) {
      Calibration next = setter.set(start, share / (double) PERCENT);
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
