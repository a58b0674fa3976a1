package kvasir.engine.constraint;

import java.util.List;
import kvasir.grammar.TokenTrie;

/**
 * Bytes of the tokens of a vocabulary.
 *
 * @param bytes bytes of each token by id, those of special tokens too; not to be changed
 * @param trie the tokens that are parts of texts
 */
record TokenTexts(List<byte[]> bytes, TokenTrie trie) {}
