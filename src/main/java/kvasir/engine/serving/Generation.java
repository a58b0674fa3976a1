package kvasir.engine.serving;

import java.util.Set;
import kvasir.engine.batch.Request;

/**
 * Request of a client for the tokens that follow a prompt.
 *
 * @param request prompt, limit and rules of choice; for one or several choices
 * @param ends ids that end a sequence; copied
 */
public record Generation(Request request, Set<Integer> ends) {
  public Generation {
    ends = Set.copyOf(ends);
  }
}
