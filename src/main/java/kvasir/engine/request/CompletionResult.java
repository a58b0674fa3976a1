package kvasir.engine.request;

import java.util.List;
import java.util.Optional;

/**
 * Result of one line of the input.
 *
 * @param line number of the line in the input, from 1
 * @param id the id; empty if it cannot be read
 * @param request the request; empty if the line is not one
 * @param choices the continuations, by number; with an error those tokens that were chosen before
 *     it, which may be none
 * @param error description of the error in one line; empty if all continuations have ended
 * @param timings counts and times; empty if nothing was computed
 */
public record CompletionResult(
    long line,
    Optional<RequestId> id,
    Optional<CompletionRequest> request,
    List<CompletionChoice> choices,
    Optional<String> error,
    Optional<CompletionTimings> timings) {

  public CompletionResult {
    choices = List.copyOf(choices);
  }

  /**
   * Returns the result of a request all of whose continuations have ended.
   *
   * @param choices the continuations, as many as the request has choices
   */
  public static CompletionResult completed(
      CompletionRequest request, List<CompletionChoice> choices, CompletionTimings timings) {
    if (choices.size() != request.choices()
        || choices.stream().anyMatch(choice -> choice.finishReason() == FinishReason.ERROR)) {
      throw new IllegalArgumentException("a result with choices missing or not ended");
    }
    return new CompletionResult(
        request.line(),
        request.knownId(),
        Optional.of(request),
        choices,
        Optional.empty(),
        Optional.of(timings));
  }

  /**
   * Returns the result of a request that could not be computed to its end.
   *
   * @param choices the continuations with the tokens chosen before; may be empty
   */
  public static CompletionResult failed(
      CompletionRequest request, String error, List<CompletionChoice> choices) {
    return new CompletionResult(
        request.line(),
        request.knownId(),
        Optional.of(request),
        choices,
        Optional.of(error),
        Optional.empty());
  }

  /** Returns the result of a line that is not a request. */
  public static CompletionResult refused(RequestRefusal refusal) {
    return new CompletionResult(
        refusal.line(),
        refusal.knownId(),
        Optional.empty(),
        List.of(),
        Optional.of(refusal.error()),
        Optional.empty());
  }

  /** Returns the reason of the first continuation, or an error if any has one. */
  public FinishReason finishReason() {
    return error.isPresent() ? FinishReason.ERROR : choices.getFirst().finishReason();
  }
}
