package kvasir.cli.chat;

/**
 * Answer of a model.
 *
 * @param text its text, without thoughts
 * @param reason reason of its end, in the words of the API, or {@link #STOPPED}
 * @param promptTokens number of tokens of the conversation before it; 0 if the server gave none
 * @param tokens number of its own tokens, thoughts included; those of its pieces if the server gave
 *     none
 * @param firstSeconds time from the request to the first piece
 * @param seconds time from the request to the end
 */
record Answer(
    String text,
    String reason,
    long promptTokens,
    long tokens,
    double firstSeconds,
    double seconds) {
  /** Reason of an end by the user. */
  static final String STOPPED = "stopped";

  boolean stopped() {
    return reason.equals(STOPPED);
  }
}
