package kvasir.engine.request;

/** Exception that carries the description of a bad field to the reader of the line. */
final class RequestFault extends Exception {
  private static final long serialVersionUID = 1L;

  RequestFault(String what) {
    super(what, null, false, false);
  }
}
