package kvasir.lab.experiment;

import java.util.List;

/**
 * A question on a document in the cache, its answer, and the attention to each rank while the
 * answer's tokens were chosen.
 *
 * @param right true if the answer is that of the document, to the letter
 * @param holders ranks that hold the passage that states the answer
 * @param shares share of the softmax weight of all heads, by rank; they add up to 1
 * @param head the head with most attention to the holders, such as {@code head 1 of layer 3}; empty
 *     without holders
 * @param headShares share of the softmax weight of that head, by rank
 */
public record Answer(
    String question,
    String text,
    boolean right,
    List<Integer> holders,
    List<Double> shares,
    String head,
    List<Double> headShares) {}
