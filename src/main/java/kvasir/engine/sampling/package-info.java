/**
 * Choosing tokens by their logits, and the log-probabilities of tokens.
 *
 * <pre>
 *   logits -&gt; bias -&gt; penalties -&gt; temperature -&gt; top-k -&gt; top-p -&gt; min-p -&gt; draw -&gt; token
 *     |         SamplingState                        TokenDraw              CounterRandom
 *     '-&gt; LogProbabilities
 * </pre>
 *
 * <p>Where the logits are divided among ranks, each rank offers its best tokens and its part of the
 * sums, and rank 0 decides with the bits of whole logits:
 *
 * <pre>
 *   rank 0   slice -&gt; SliceOffers --.
 *   rank 1   slice -&gt; SliceOffers ---+-&gt; OfferMerge -&gt; token
 *                                                 '-&gt; undecided: whole logits -&gt; WholeChoice
 * </pre>
 *
 * <p>A token is a function of the logits, the options, the tokens of the sequence, its seed, the
 * number of the choice and the token's index. Nothing else is kept from token to token, so that a
 * sequence goes on after preemption, recovery or resumption as if nothing had happened, and rows of
 * a batch cannot affect each other.
 */
package kvasir.engine.sampling;
