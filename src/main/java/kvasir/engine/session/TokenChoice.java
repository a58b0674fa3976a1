package kvasir.engine.session;

import java.util.List;
import kvasir.engine.SamplingOptions;

/**
 * How tokens are chosen and where they end.
 *
 * @param stops texts before which a generation ends
 * @param ignoreEos whether it goes on past end-of-sequence tokens
 */
public record TokenChoice(SamplingOptions sampling, List<String> stops, boolean ignoreEos) {
  public TokenChoice {
    stops = List.copyOf(stops);
  }
}
