package kvasir.engine.batch;

/**
 * Requests as numbers of a message.
 *
 * <pre>
 *   request    tokens, prompt tokens, most tokens, 1 if the prompt is scored, options of choice
 * </pre>
 */
public final class RequestNumbers {
  private RequestNumbers() {}

  /** Writes a request. */
  public static void write(Request request, NumberWriter out) {
    out.put(request.tokens());
    out.put(request.promptTokens());
    out.put(request.maxTokens());
    out.put(request.scored() ? 1L : 0);
    ChoiceNumbers.writeOptions(request.choice(), out);
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
    int scored = in.nextInt();
    NumberReader.check(scored <= 1, "scored " + scored);
    return new Request(tokens, promptTokens, maxTokens, ChoiceNumbers.readOptions(in), scored == 1);
  }
}
