package kvasir.cli.option;

import java.util.ArrayList;
import java.util.List;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.engine.session.TokenChoice;
import kvasir.error.UserError;
import picocli.CommandLine.Option;

/** Options for the choice of new tokens and for their end. */
public final class ChoiceOptions {
  @Option(
      names = "--temperature",
      paramLabel = "X",
      description =
          "0 takes the likeliest token, of equal ones the lowest id; above 0, however little, equal"
              + " ones are drawn (default: 0).")
  double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Keep the K likeliest; 0 keeps all (default: 0).")
  int topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Keep the likeliest that make up probability P (default: 1).")
  double topP = 1;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Keep those with at least P times the likeliest's probability (default: 0).")
  double minP;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The same seed gives the same tokens on every layout (default: 0).")
  long seed;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "End before this text, or this special token; may be repeated.")
  public List<String> stops = new ArrayList<>();

  @Option(names = "--ignore-eos", description = "Go on past end-of-sequence tokens.")
  boolean ignoreEos;

  public void check() {
    CommonOptions.range("--top-k", topK, 0, Integer.MAX_VALUE);
    real("--temperature", temperature >= 0 && temperature < Double.POSITIVE_INFINITY, "0 or more");
    real("--top-p", topP > 0 && topP <= 1, "more than 0, at most 1");
    real("--min-p", minP >= 0 && minP <= 1, "0 to 1");
    if (stops.contains("")) {
      throw new UserError("--stop", "the stop text is empty", "give some text");
    }
  }

  private static void real(String option, boolean valid, String range) {
    if (!valid) {
      throw new UserError(option, "value is out of range", "give " + range);
    }
  }

  public TokenChoice choice() {
    return new TokenChoice(
        new SamplingOptions(temperature, topK, topP, minP, seed), stops, ignoreEos);
  }
}
