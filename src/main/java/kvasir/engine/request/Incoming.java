package kvasir.engine.request;

import java.util.Optional;

/** One line of the input, read: a request, or the error of a line that is not one. */
public sealed interface Incoming permits CompletionRequest, RequestRefusal {
  /** Returns the number of the line in the input, from 1. */
  long line();

  /** Returns the id, empty if the line has none that can be read. */
  Optional<RequestId> knownId();
}
