package kvasir.cli.option;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kvasir.engine.sampling.Penalties;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.engine.sampling.SamplingRange;
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
      names = "--repetition-penalty",
      paramLabel = "R",
      description =
          "Make tokens of the prompt and of the text so far less likely: their logits are divided"
              + " by R if positive, else multiplied (default: 1).")
  double repetitionPenalty = 1;

  @Option(
      names = "--frequency-penalty",
      paramLabel = "X",
      description =
          "Subtract X from a token's logit for each time that it was generated (default: 0).")
  double frequencyPenalty;

  @Option(
      names = "--presence-penalty",
      paramLabel = "X",
      description =
          "Subtract X from the logit of each token that was generated at least once (default: 0).")
  double presencePenalty;

  @Option(
      names = "--logit-bias",
      paramLabel = "ID=X,...",
      description =
          "Add X, from -100 to 100, to the logit of the token with this id, before all other"
              + " options.")
  String logitBias = "";

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
    real("--temperature", temperature, SamplingRange.TEMPERATURE);
    real("--top-p", topP, SamplingRange.TOP_P);
    real("--min-p", minP, SamplingRange.MIN_P);
    real("--repetition-penalty", repetitionPenalty, SamplingRange.REPETITION_PENALTY);
    real("--frequency-penalty", frequencyPenalty, SamplingRange.FREQUENCY_PENALTY);
    real("--presence-penalty", presencePenalty, SamplingRange.PRESENCE_PENALTY);
    bias();
    if (stops.contains("")) {
      throw new UserError("--stop", "the stop text is empty", "give some text");
    }
  }

  private static void real(String option, double value, SamplingRange range) {
    if (!range.contains(value)) {
      throw new UserError(option, "value is out of range", "give " + range.words());
    }
  }

  /** Returns the biases by id. */
  private Map<Integer, Double> bias() {
    Map<Integer, Double> biases = new LinkedHashMap<>();
    for (String part : logitBias.isEmpty() ? new String[0] : logitBias.split(",", -1)) {
      String[] sides = part.split("=", -1);
      try {
        int id = Integer.parseInt(sides[0].strip());
        double value = Double.parseDouble(sides.length == 2 ? sides[1].strip() : "");
        real("--logit-bias", value, SamplingRange.LOGIT_BIAS);
        if (biases.put(id, value) != null) {
          throw new UserError("--logit-bias", "token id " + id + " is given twice", "give it once");
        }
      } catch (NumberFormatException e) {
        throw new UserError(
            "--logit-bias",
            "'" + part + "' is not a token id with a number",
            "give ids and numbers like 5=-100,7=2.5",
            e);
      }
    }
    return biases;
  }

  public TokenChoice choice() {
    return new TokenChoice(
        new SamplingOptions(
            temperature,
            topK,
            topP,
            minP,
            seed,
            new Penalties(repetitionPenalty, frequencyPenalty, presencePenalty),
            bias()),
        stops,
        ignoreEos);
  }
}
