package kvasir.engine.batch;

/** Answer to a request for a new sequence. */
public sealed interface Submission {
  /**
   * Acceptance of a sequence.
   *
   * @param number the number by which the sequence is known from now on; never used again
   */
  record Accepted(long number) implements Submission {}

  /**
   * Refusal of a sequence; nothing has changed.
   *
   * @param reason the cause, with the numbers of tokens, blocks and bytes
   */
  record Refused(String reason) implements Submission {}
}
