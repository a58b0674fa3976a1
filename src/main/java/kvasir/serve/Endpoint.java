package kvasir.serve;

/** Answers requests of one path. Thread-safe. */
interface Endpoint {
  /**
   * Answers a request.
   *
   * @throws ApiError if it cannot be answered and nothing has been sent
   * @throws ClientGone if the client has left
   */
  void answer(Exchange exchange);
}
