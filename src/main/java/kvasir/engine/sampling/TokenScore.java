package kvasir.engine.sampling;

/**
 * A token that may come next, with its log-probability.
 *
 * @param logprob natural logarithm of the token's probability by the model's own logits
 */
public record TokenScore(int id, double logprob) {}
