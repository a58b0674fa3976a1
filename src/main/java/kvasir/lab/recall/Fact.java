package kvasir.lab.recall;

/**
 * A fact that a document states once.
 *
 * @param sentence index of the fact's sentence in the document
 * @param relation name of the kind of fact
 * @param question a question whose answer is the fact
 * @param answer the expected answer, in the words of the document
 */
public record Fact(int sentence, String relation, String question, String answer) {}
