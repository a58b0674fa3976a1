package kvasir.serve;

/**
 * Reader of one call of a tool, whose text arrives character by character. The call begins as soon
 * as it cannot be anything else; from then on the text of its arguments, as JSON, can be taken as
 * it arrives. Used by one thread at a time.
 */
sealed interface CallReader permits JsonCallReader, ParameterCallReader {
  /** Takes the next character; returns false if it is not part of the call. */
  boolean take(char c);

  /**
   * Notes that no further character comes.
   *
   * @param cut whether the answer would have gone on
   */
  void finish(boolean cut);

  /** Returns whether the call has begun. */
  boolean begun();

  /** Returns the name of the tool, once the call has begun. */
  String name();

  /** Returns the next text of the arguments, once the call has begun. */
  String takeArguments();

  /** Returns whether the call has all that belongs to it, except perhaps its end. */
  boolean complete();

  /** Returns whether no further character is part of the call. */
  boolean over();
}
