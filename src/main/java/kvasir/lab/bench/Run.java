package kvasir.lab.bench;

/**
 * One run of a test, as rank 0 counts it; other ranks know the time only.
 *
 * @param seconds duration of the whole run
 * @param tokens number of tokens for which values per token are given
 * @param tokensPerSecond the rate that the test measures
 * @param flops floating-point operations of the whole run
 * @param bytes bytes that the whole run has to read
 */
record Run(double seconds, double tokens, double tokensPerSecond, double flops, double bytes) {
  /** Returns the run on a rank that counts nothing. */
  static Run of(double seconds) {
    return new Run(seconds, 0, 0, 0, 0);
  }
}
