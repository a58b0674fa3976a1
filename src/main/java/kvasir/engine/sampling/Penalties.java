package kvasir.engine.sampling;

/**
 * Penalties for tokens that a sequence already contains.
 *
 * @param repetition divides a positive logit, and multiplies one that is not positive, of each
 *     token of prompt and output, once however often it occurs; 1 changes nothing
 * @param frequency is subtracted for each time that a token occurs in the output; 0 changes nothing
 * @param presence is subtracted once for each token of the output; 0 changes nothing
 */
public record Penalties(double repetition, double frequency, double presence) {
  /** Penalties that change nothing. */
  public static final Penalties NONE = new Penalties(1, 0, 0);

  /** Returns true if a token of the prompt can change a logit. */
  public boolean countPrompt() {
    return repetition != 1;
  }

  /** Returns true if a logit can be changed. */
  boolean any() {
    return !equals(NONE) && (repetition != 1 || frequency != 0 || presence != 0);
  }
}
