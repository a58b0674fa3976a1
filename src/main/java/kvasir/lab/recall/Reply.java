package kvasir.lab.recall;

import java.util.List;

/**
 * The answer to a question. Text and logits are those of rank 0; other ranks have none.
 *
 * @param tokens ids of the answer, with that of the end of its turn
 * @param text text of the answer, without the end of its turn
 * @param logits fingerprint of the logits from which the tokens were chosen
 * @param seconds time from the question to the last token
 */
public record Reply(List<Integer> tokens, String text, String logits, double seconds) {}
