package kvasir.cli.option;

import java.util.ArrayList;
import java.util.List;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.engine.session.TokenChoice;
import kvasir.error.UserError;
import picocli.CommandLine.Option;

/** Options for the choice of new tokens and for the end of the text. */
public final class ChoiceOptions {
  @Option(
      names = "--temperature",
      paramLabel = "X",
      description =
          "Randomness of the choice of tokens. 0 takes the likeliest token, and of equally likely"
              + " ones the one with the lowest id. Above 0 tokens are drawn at random (default:"
              + " 0).")
  double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Draw only from the K likeliest tokens; 0 means from all tokens (default: 0).")
  int topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description =
          "Draw only from the likeliest tokens that together have probability P (default: 1).")
  double topP = 1;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description =
          "Draw only from tokens with at least P times the probability of the likeliest token"
              + " (default: 0).")
  double minP;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Seed of the random numbers. The same seed gives the same tokens on every layout"
              + " (default: 0).")
  long seed;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description =
          "End the output before this text or this special token. May be given several times.")
  public List<String> stops = new ArrayList<>();

  @Option(names = "--ignore-eos", description = "Continue after end-of-sequence tokens.")
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
