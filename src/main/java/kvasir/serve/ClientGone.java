package kvasir.serve;

/** Signal that a client has closed its connection, or that it was cut, so that nobody waits. */
final class ClientGone extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ClientGone(Throwable cause) {
    super("the client has left", cause, false, false);
  }
}
