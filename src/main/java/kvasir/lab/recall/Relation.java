package kvasir.lab.recall;

import java.util.List;

/**
 * A kind of fact, such as the key that a person keeps.
 *
 * @param unique symbols whose texts no two facts of this kind in a document share, so that a
 *     question has one answer
 * @param fact template of the sentence that states the fact, without its full stop; also the answer
 * @param questions templates of questions for the fact
 */
record Relation(String name, List<String> unique, String fact, List<String> questions) {}
