package kvasir.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Receiver of an answer's parts, in the order in which clients get them. Used by one thread. */
interface AnswerWriter {
  /** Called once, when no error can change the status of the answer any more. */
  void begin();

  /** Takes the next part of a choice. */
  void piece(int index, Piece piece);

  /** Takes the attention of a choice, before its end. */
  void attended(int index, ObjectNode attention);

  /** Takes the end of a choice. */
  void finished(int index, EndReason reason);

  /** Called while there is nothing to send, so that nobody takes the connection for dead. */
  void keepAlive();

  /** Called once, after the end of all choices. */
  void done(Usage usage);

  /**
   * Called in place of {@link #done} if the answer cannot be completed.
   *
   * @throws ApiError the error, if it can still be the status of the answer
   */
  void failed(ApiError error);
}
