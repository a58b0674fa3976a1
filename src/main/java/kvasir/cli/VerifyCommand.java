package kvasir.cli;

import java.util.Locale;
import kvasir.cluster.Communicator;
import kvasir.engine.EngineSettings;
import kvasir.engine.Verifier;
import kvasir.error.UserError;
import kvasir.model.ConfigReader;
import kvasir.model.ModelConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description =
        "Compare every way to compute with a double-precision reference; exit 1 if one fails.")
final class VerifyCommand extends RankCommand {
  @Option(
      names = "--tokens",
      required = true,
      paramLabel = "IDS",
      description = "The prompt as token ids: 1,2,3.")
  String tokens;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "Steps to compare, at least 1 (default: 16).")
  int maxNewTokens = 16;

  @Override
  void check() {
    CommonOptions.range("--max-new-tokens", maxNewTokens, 1, Integer.MAX_VALUE);
  }

  @Override
  public int run(EngineSettings settings, Communicator world) {
    ModelConfig config = ConfigReader.read(settings.model());
    int[] ids = TokenOptions.check("--tokens", TokenOptions.parse(tokens), config);
    int room = config.maxPositions() - ids.length + 1;
    if (maxNewTokens > room) {
      throw new UserError(
          "--max-new-tokens", "only " + room + " fit the model's context", "ask for fewer");
    }
    Verifier verifier = new Verifier(settings, ids, maxNewTokens);
    String name =
        String.format(
            Locale.ROOT,
            "asked: %d x %d, %s, %s",
            world.size(),
            settings.threads(),
            settings.attention().name().toLowerCase(Locale.ROOT),
            settings.kernels().name());
    float[][] layout = verifier.traceLayout(world);
    // The comparison takes long and is this process's alone: nobody need wait for it.
    world.close();
    if (world.rank() != 0) {
      return ExitCodes.DONE;
    }
    Verifier.Report report = verifier.compare(layout, name);
    print(report);
    return report.passed() ? ExitCodes.DONE : ExitCodes.CHECK_FAILED;
  }

  private void print(Verifier.Report report) {
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
    kvasir.output().line(table.toString());
  }
}
