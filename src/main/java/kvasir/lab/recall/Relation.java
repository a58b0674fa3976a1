package kvasir.lab.recall;

import java.util.List;

/**
 * A kind of fact.
 *
 * @param unique the slots that no two facts of a document share, so that a question has one answer
 * @param fact the sentence that states it, without its full stop; also the answer
 * @param questions ways to ask for it
 */
record Relation(String name, List<String> unique, String fact, List<String> questions) {}
