package kvasir.engine.request;

/**
 * Token counts and times of one request.
 *
 * @param promptTokens number of tokens of the prompt
 * @param cachedTokens number of these that were found in the cache when the request was admitted
 * @param waitingSeconds time from the reading of the line to its admission
 * @param prefillSeconds time from the admission to the first logits
 * @param decodeSeconds time from the first logits to the end
 */
public record CompletionTimings(
    long promptTokens,
    long cachedTokens,
    double waitingSeconds,
    double prefillSeconds,
    double decodeSeconds) {}
