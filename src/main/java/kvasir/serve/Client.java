package kvasir.serve;

import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;

/** One HTTP request and the connection on which its answer is sent. Used by one thread. */
interface Client {
  /** Returns the method, in capitals. */
  String method();

  /** Returns the path as it was sent, without the query. */
  String path();

  /** Returns the first value of a header. */
  Optional<String> header(String name);

  /**
   * Reads the body.
   *
   * @throws ApiError if it is longer than the limit, or does not come in time
   * @throws ClientGone if the client has left
   */
  byte[] body();

  /** Sends a whole answer. */
  void respond(int status, Map<String, String> headers, byte[] body);

  /**
   * Sends the head of an answer whose length is not known.
   *
   * @return the body, each write of which is sent at once, and fails with {@link ClientGone} if the
   *     client does not take it; closed by the caller
   */
  OutputStream stream(int status, Map<String, String> headers);

  /** Returns whether the client is still there, without waiting. */
  boolean isPresent();

  /** Closes the connection after this answer, or at once if the answer has begun. */
  void close();
}
