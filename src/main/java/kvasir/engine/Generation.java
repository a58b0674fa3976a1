package kvasir.engine;

import java.util.List;
import kvasir.cluster.Traffic;

/**
 * The result of a generation.
 *
 * @param promptTokens number of tokens that were prefilled
 * @param tokens the generated ids, including the end-of-sequence id if one ended the generation
 * @param prefillSeconds time from the start to the first logits
 * @param decodeSeconds time from the first logits to the end
 * @param prefillTraffic messages of this rank up to the first logits
 * @param decodeTraffic messages of this rank from the first logits to the end
 */
public record Generation(
    int promptTokens,
    List<Integer> tokens,
    FinishReason finishReason,
    double prefillSeconds,
    double decodeSeconds,
    Traffic prefillTraffic,
    Traffic decodeTraffic) {

  /** The reason for which a generation ended. */
  public enum FinishReason {
    /** An end-of-sequence token or a stop string was generated. */
    STOP,
    /** The requested number of tokens or the end of the context was reached. */
    LENGTH
  }

  /** Returns the result of a generation that had already ended before this run. */
  public static Generation ended(FinishReason reason) {
    return new Generation(0, List.of(), reason, 0, 0, Traffic.NONE, Traffic.NONE);
  }

  /** Returns prompt tokens per second; 0 for an empty prompt. */
  public double prefillRate() {
    return promptTokens == 0 ? 0 : promptTokens / prefillSeconds;
  }

  /**
   * Returns forward passes per second after the prefill, whose logits give the first new token; 0
   * if there was none.
   */
  public double decodeRate() {
    return tokens.size() < 2 ? 0 : (tokens.size() - 1) / decodeSeconds;
  }
}
