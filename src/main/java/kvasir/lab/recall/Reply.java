package kvasir.lab.recall;

import java.util.List;

/**
 * What a question gave on rank 0.
 *
 * @param tokens of the answer, with the end of its turn
 * @param text of the answer, without it
 * @param logits SHA-256 of the bits of all logits that the tokens were chosen by
 * @param seconds from the question to the last token
 */
public record Reply(List<Integer> tokens, String text, String logits, double seconds) {}
