package kvasir.engine.request;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import kvasir.engine.sampling.SamplingOptions;

/**
 * One request: a prompt, and the rules for its continuation. All values are inside their ranges.
 *
 * @param line number of the line in the input, from 1
 * @param maxTokens largest number of tokens to choose; 0 or more, and without regard to the context
 * @param stops stop strings, none empty; copied
 * @param ignoreEos true to continue after end tokens
 * @param choices number of continuations, at least 1
 * @param logprobs number of likeliest tokens to list with their log-probabilities for each chosen
 *     one, 0 for the chosen one's alone; empty for no log-probabilities
 */
public record CompletionRequest(
    long line,
    RequestId id,
    Prompt prompt,
    long maxTokens,
    List<String> stops,
    boolean ignoreEos,
    int choices,
    OptionalInt logprobs,
    SamplingOptions sampling)
    implements Incoming {
  /** Value of {@link #maxTokens} where a line has none. */
  public static final long DEFAULT_TOKENS = 128;

  /** Largest value of {@link #choices}. */
  public static final int MAX_CHOICES = 128;

  public CompletionRequest {
    stops = List.copyOf(stops);
  }

  @Override
  public Optional<RequestId> knownId() {
    return Optional.of(id);
  }
}
