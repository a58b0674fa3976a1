package kvasir.lab.experiment;

import java.util.List;

/**
 * A question asked of a document in the cache, and where attention was while its answer's tokens
 * were chosen.
 *
 * @param right whether the answer is the document's, to the letter
 * @param holders ranks that hold the passage of the answer
 * @param shares of the softmax weight of all heads, by rank; they add up to 1
 * @param head that looks at the holders most, as {@code head 1 of layer 3}; empty without holders
 * @param headShares the same of that head
 */
public record Answer(
    String question,
    String text,
    boolean right,
    List<Integer> holders,
    List<Double> shares,
    String head,
    List<Double> headShares) {}
