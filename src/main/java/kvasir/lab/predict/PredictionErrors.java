package kvasir.lab.predict;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import kvasir.cache.KvTypes;
import kvasir.cluster.Link;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.bench.BenchTest;
import kvasir.measure.Statistics;
import kvasir.model.ModelConfig;
import kvasir.tensor.StorageFormat;

/**
 * The errors of the cost model on measured rows. Each row is predicted from the limits and the link
 * that were measured with it.
 *
 * @param median median of the absolute errors, as a share of the measured time; 0 without rows
 * @param fairMedian median over the rows that were measured fairly; 0 without such rows
 */
public record PredictionErrors(List<PredictedRow> rows, double median, double fairMedian) {
  /**
   * A measured row and its prediction.
   *
   * @param layout layout and transport, such as {@code 2x1 native}
   * @param predicted predicted milliseconds per token
   * @param measured measured milliseconds per token, from the median of tokens per second
   * @param error error of the prediction as a share of the measured time; negative if the
   *     prediction was too fast
   * @param bottleneck the cause that takes most time by the prediction, in words
   * @param unfair reasons for which the measurement cannot be compared; empty if it can
   */
  public record PredictedRow(
      String test,
      String layout,
      double predicted,
      double measured,
      double error,
      String bottleneck,
      List<String> unfair) {}

  private static final int FEWEST_SHARDS = 16;

  /** Returns the errors on rows of one model. Rows without limits are left out. */
  public static PredictionErrors of(List<BenchRow> rows, ModelConfig model) {
    return of(rows, model, Calibration.DEFAULT);
  }

  static PredictionErrors of(List<BenchRow> rows, ModelConfig model, Calibration calibration) {
    List<PredictedRow> errors =
        rows.stream().map(row -> row(row, model, calibration)).flatMap(Optional::stream).toList();
    List<PredictedRow> fair = errors.stream().filter(row -> row.unfair().isEmpty()).toList();
    return new PredictionErrors(errors, median(errors), median(fair));
  }

  private static double median(List<PredictedRow> rows) {
    double[] absolute = rows.stream().mapToDouble(row -> Math.abs(row.error())).toArray();
    return absolute.length == 0 ? 0 : Statistics.median(absolute);
  }

  private static Optional<PredictedRow> row(
      BenchRow row, ModelConfig model, Calibration calibration) {
    Optional<BenchTest> test = BenchTest.of(row.test());
    if (test.isEmpty() || !(row.readLimit() > 0) || !(row.fmaLimit() > 0) || !(row.median() > 0)) {
      return Optional.empty();
    }
    Prediction prediction = predict(row, test.get(), model, calibration);
    double measured = 1000 / row.median();
    String layout = row.ranks() + "x" + row.threads();
    return Optional.of(
        new PredictedRow(
            row.test(),
            row.ranks() == 1 ? layout : layout + " " + row.transport(),
            prediction.total(),
            measured,
            prediction.total() / measured - 1,
            prediction.bottleneck(),
            row.conditions() == null ? List.of() : row.conditions().unfair()));
  }

  private static Prediction predict(
      BenchRow row, BenchTest test, ModelConfig model, Calibration calibration) {
    StorageFormat kvType = KvTypes.named(row.kvType()).orElseThrow();
    Setting setting = Setting.of(model).with(bytesPerWeight(row), kvType);
    Link link = link(row);
    // A row's limits and link are those of all its ranks together, so they are taken as one node.
    Hardware hardware =
        new Hardware(
            1e9 * row.readLimit(), 1e9 * row.fmaLimit(), link, link, row.ranks() * row.threads());
    int ranks = row.ranks();
    int shards = Math.max(FEWEST_SHARDS, Integer.highestOneBit(2 * ranks - 1));
    ClusterLayout layout = new ClusterLayout(1, ranks, row.threads(), shards);
    CostModel costs = new CostModel(setting, hardware, calibration);
    return switch (test.phase()) {
      case TG -> costs.decode(layout, test.depth() + test.tokens() / 2);
      case PP -> costs.prefill(layout, test.tokens(), test.depth());
    };
  }

  /** Returns the bytes of a weight, from the size of the model and its number of parameters. */
  private static double bytesPerWeight(BenchRow row) {
    return row.gib() * (1L << 30) / (1e6 * row.millionParameters());
  }

  /**
   * Returns the link of a row. Old rows, without conditions, measured latency in a loop that did
   * nothing else; for these the calibrated link of the transport is used instead.
   */
  private static Link link(BenchRow row) {
    if (row.ranks() == 1) {
      return Link.NONE;
    }
    if (row.conditions() == null) {
      return switch (row.transport()) {
        case "native" -> Calibration.SHARED_MEMORY;
        case "mpj" -> Calibration.MPJ_LOOPBACK;
        default -> Calibration.THREADS;
      };
    }
    double perByte = row.linkSpeed() > 0 ? 1e-9 / row.linkSpeed() : 0;
    return new Link(1e-6 * row.latencyMicros(), perByte);
  }

  /** Returns a table of the errors and their median, as text for people; empty without rows. */
  public String text() {
    if (rows.isEmpty()) {
      return "";
    }
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%-18s %-16s %12s %12s %8s  %s%n",
                "test",
                "layout",
                "predicted ms",
                "measured ms",
                "error",
                "bound by, remarks"));
    for (PredictedRow row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-18s %-16s %12.2f %12.2f %+7.0f%%  %s%n",
              row.test(),
              row.layout(),
              row.predicted(),
              row.measured(),
              100 * row.error(),
              String.join(", ", words(row))));
    }
    long fair = rows.stream().filter(row -> row.unfair().isEmpty()).count();
    return text.append(summary(fair)).toString();
  }

  private String summary(long fair) {
    if (fair == 0) {
      return "Every start was unfair: nothing is concluded about the cost model.\n";
    }
    return String.format(
        Locale.ROOT,
        "Median of the absolute errors: %.0f %% over the %d fair rows of %d.%n",
        100 * fairMedian,
        fair,
        rows.size());
  }

  private static List<String> words(PredictedRow row) {
    return Stream.concat(Stream.of(row.bottleneck()), row.unfair().stream()).toList();
  }
}
