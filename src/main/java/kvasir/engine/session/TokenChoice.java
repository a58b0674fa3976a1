package kvasir.engine.session;

import java.util.List;
import kvasir.engine.sampling.SamplingOptions;

/**
 * The rules by which tokens are chosen and a generation ends.
 *
 * @param stops stop strings: texts before which a generation ends
 * @param ignoreEos true to continue after end-of-sequence tokens
 */
public record TokenChoice(SamplingOptions sampling, List<String> stops, boolean ignoreEos) {
  public TokenChoice {
    stops = List.copyOf(stops);
  }
}
