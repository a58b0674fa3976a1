package kvasir.lab.recall;

/**
 * A fact that a document states once.
 *
 * @param sentence index of its sentence in the document
 * @param question one way to ask for it
 * @param answer the sentence expected for an answer, as the document words it
 */
public record Fact(int sentence, String relation, String question, String answer) {}
