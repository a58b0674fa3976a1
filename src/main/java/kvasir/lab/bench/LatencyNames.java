package kvasir.lab.bench;

/** Names of the latencies in a row. */
public final class LatencyNames {
  /** Time from the arrival of a request to its first token. */
  public static final String FIRST_TOKEN = "first_token";

  /** Time between two tokens of a request, one after the other. */
  public static final String BETWEEN_TOKENS = "between_tokens";

  /** Time between two tokens of a sequence while a prompt is read that arrived beside it. */
  public static final String BETWEEN_TOKENS_BESIDE = "between_tokens_beside_prompt";

  /** Time from the arrival of a prompt to its first token, with nothing beside it. */
  public static final String PROMPT_ALONE = "prompt_alone";

  /** Time from the arrival of a prompt to its first token, beside sequences that generate. */
  public static final String PROMPT_BESIDE = "prompt_beside";

  private LatencyNames() {}
}
