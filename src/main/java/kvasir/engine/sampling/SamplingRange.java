package kvasir.engine.sampling;

/** The values that a sampling option may have, in one place for all ways in which it is given. */
public enum SamplingRange {
  TEMPERATURE("0 or more", 0, Double.MAX_VALUE),
  TOP_P("more than 0, at most 1", Double.MIN_VALUE, 1),
  MIN_P("0 to 1", 0, 1),
  REPETITION_PENALTY("more than 0", Double.MIN_VALUE, Double.MAX_VALUE),
  FREQUENCY_PENALTY("-2 to 2", -2, 2),
  PRESENCE_PENALTY("-2 to 2", -2, 2),
  LOGIT_BIAS("-100 to 100", -100, 100);

  private final String words;
  private final double least;
  private final double largest;

  SamplingRange(String words, double least, double largest) {
    this.words = words;
    this.least = least;
    this.largest = largest;
  }

  /** Returns true if a value is in the range; false for NaN and infinities. */
  public boolean contains(double value) {
    return value >= least && value <= largest;
  }

  /** Returns the range for an error message, such as "0 to 1". */
  public String words() {
    return words;
  }
}
