package kvasir.cli.job;

import java.util.Locale;
import kvasir.cli.terminal.Output;
import kvasir.engine.EngineOptions;
import kvasir.engine.EngineSettings;
import kvasir.engine.TokenIds;
import kvasir.engine.Verifier;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.model.ModelConfig;

/**
 * Options of {@code verify}, which compares all ways to compute with the double-precision
 * reference.
 *
 * @param engine options of the engine
 * @param prompt token ids of the prompt
 * @param maxNewTokens number of tokens to generate and compare
 */
public record VerifyJob(EngineOptions engine, int[] prompt, int maxNewTokens) implements Job {
  @Override
  public int run(JobContext context) {
    ModelConfig config = context.model().config();
    int[] ids = TokenIds.check("--tokens", prompt, config);
    int room = config.maxPositions() - ids.length + 1;
    if (maxNewTokens > room) {
      throw new UserError(
          "--max-new-tokens", "only " + room + " fit the model's context", "ask for fewer");
    }
    EngineSettings settings = context.settings();
    Verifier verifier =
        new Verifier(context.model(), settings, context.activity(), ids, maxNewTokens);
    String name =
        String.format(
            Locale.ROOT,
            "asked: %d x %d, %s, %s",
            context.world().size(),
            settings.threads(),
            settings.attention().name().toLowerCase(Locale.ROOT),
            settings.kernels().name());
    float[][] layout = verifier.traceLayout(context.world());
    if (!context.root()) {
      return ExitCodes.DONE;
    }
    Verifier.Report report = verifier.compare(layout, name);
    print(context.output(), report);
    return report.passed() ? ExitCodes.DONE : ExitCodes.CHECK_FAILED;
  }

  private static void print(Output output, Verifier.Report report) {
    StringBuilder table =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%-40s %14s %6s %5s  %s%n",
                "against double precision",
                "max |diff|",
                "tokens",
                "bits",
                "verdict"));
    for (Verifier.Check row : report.rows()) {
      String bits = row.sameBits() == null ? "-" : row.sameBits() ? "same" : "DIFFER";
      table.append(
          String.format(
              Locale.ROOT,
              "%-40s %14.3e %6s %5s  %s%n",
              row.name(),
              row.maxDifference(),
              row.sameTokens() ? "same" : "DIFFER",
              bits,
              row.passed() ? "ok" : "FAILED"));
    }
    table.append(
        String.format(
            Locale.ROOT,
            "%d steps, tolerance %.1e: %s",
            report.tokens().length,
            report.tolerance(),
            report.passed() ? "all agree" : "DISAGREEMENT"));
    output.line(table.toString());
  }
}
