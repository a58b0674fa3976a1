package kvasir.serve;

import java.util.List;
import java.util.OptionalDouble;
import kvasir.engine.sampling.TokenScore;

/**
 * A token of an answer with its log-probabilities.
 *
 * @param id id of the token
 * @param offset number of code points of the text before it
 * @param logprob natural logarithm of its probability by the model's own logits; empty if there is
 *     none, as for the first token of a prompt
 * @param likeliest the likeliest tokens at its place, the likeliest first; not with the token
 *     itself unless it is one of them
 */
record TokenEntry(int id, int offset, OptionalDouble logprob, List<TokenScore> likeliest) {}
