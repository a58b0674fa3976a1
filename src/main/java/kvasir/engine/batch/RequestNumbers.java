package kvasir.engine.batch;

import java.util.Optional;
import kvasir.engine.sampling.ChoiceOptions;

/**
 * Requests as numbers of a message.
 *
 * <pre>
 *   request    tokens, prompt tokens, most tokens, flags, options of choice,
 *              1 and the constraint if there is one, else 0
 *   flags      1 if the prompt is scored, 2 if attention is counted by block
 * </pre>
 */
public final class RequestNumbers {
  private static final long SCORED = 1;
  private static final long WATCHED = 2;

  private RequestNumbers() {}

  /** Writes a request. */
  public static void write(Request request, NumberWriter out) {
    out.put(request.tokens());
    out.put(request.promptTokens());
    out.put(request.maxTokens());
    out.put((request.scored() ? SCORED : 0) | (request.watched() ? WATCHED : 0));
    ChoiceNumbers.writeOptions(request.choice(), out);
    Optional<String> constraint = request.choice().constraint();
    out.put(constraint.isPresent() ? 1L : 0);
    constraint.ifPresent(out::putText);
  }

  /**
   * Reads what {@link #write} has written.
   *
   * @throws IllegalArgumentException if it was not written by it
   */
  public static Request read(NumberReader in) {
    int[] tokens = in.nextInts();
    int promptTokens = in.nextInt();
    int maxTokens = in.nextInt();
    int flags = in.nextInt();
    NumberReader.check(flags <= (SCORED | WATCHED), "flags " + flags);
    ChoiceOptions choice = ChoiceNumbers.readOptions(in);
    int constrained = in.nextInt();
    NumberReader.check(constrained <= 1, "constrained " + constrained);
    Optional<String> constraint = constrained == 1 ? Optional.of(in.nextText()) : Optional.empty();
    return new Request(
        tokens,
        promptTokens,
        maxTokens,
        choice.constrained(constraint),
        (flags & SCORED) != 0,
        (flags & WATCHED) != 0);
  }
}
