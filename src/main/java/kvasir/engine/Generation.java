package kvasir.engine;

import java.util.List;
import kvasir.cluster.Traffic;

/**
 * What a generation gave.
 *
 * @param promptTokens how many tokens were prefilled
 * @param tokens the new ids, an end-of-sequence id included where one ended it
 * @param prefillSeconds until the first logits
 * @param decodeSeconds from then to the end
 * @param prefillTraffic what this rank sent until the first logits
 * @param decodeTraffic what it sent from then to the end
 */
public record Generation(
    int promptTokens,
    List<Integer> tokens,
    FinishReason finishReason,
    double prefillSeconds,
    double decodeSeconds,
    Traffic prefillTraffic,
    Traffic decodeTraffic) {

  /** Why it ended. */
  public enum FinishReason {
    /** An end-of-sequence token, or a stop string. */
    STOP,
    /** The asked number of tokens, or the end of the context. */
    LENGTH
  }

  /** A generation of which nothing was left to do. */
  public static Generation ended(FinishReason reason) {
    return new Generation(0, List.of(), reason, 0, 0, Traffic.NONE, Traffic.NONE);
  }

  public double prefillRate() {
    return promptTokens == 0 ? 0 : promptTokens / prefillSeconds;
  }

  /** Forward passes after the prefill per second: the first new token is the prefill's. */
  public double decodeRate() {
    return tokens.size() < 2 ? 0 : (tokens.size() - 1) / decodeSeconds;
  }
}
