package kvasir.engine.request;

import java.util.Optional;
import kvasir.error.PrintableText;

/**
 * Error of a line that is not a request.
 *
 * @param line number of the line in the input, from 1
 * @param knownId the id; empty if it cannot be read
 * @param error description of the fault in one line, with the field's name and its range. Control
 *     characters are replaced by blanks, and a long one is cut
 */
public record RequestRefusal(long line, Optional<RequestId> knownId, String error)
    implements Incoming {
  private static final int MAX_LENGTH = 1000;

  public RequestRefusal {
    String shown = error.length() > MAX_LENGTH ? error.substring(0, MAX_LENGTH) + "..." : error;
    error = PrintableText.message(shown);
  }
}
