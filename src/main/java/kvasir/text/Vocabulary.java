package kvasir.text;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The tokens of a tokenizer, by id, as its file spells them.
 *
 * @param tokens spelling of each id, special ones included
 * @param special the special tokens among them, which have no text, in the order of the file
 * @param bytes text of each token that the steps of the decoder would get wrong; not to be changed
 * @param unknown the token for text that the vocabulary cannot spell; null if there is none
 */
record Vocabulary(
    Map<Integer, String> tokens,
    Map<Integer, String> special,
    Map<Integer, byte[]> bytes,
    String unknown) {
  Vocabulary {
    // Not copied: there are hundreds of thousands.
    tokens = Collections.unmodifiableMap(tokens);
    bytes = Collections.unmodifiableMap(bytes);
    special = Collections.unmodifiableMap(new LinkedHashMap<>(special));
  }

  /** Returns true if the id is that of the unknown token. */
  boolean standsForUnknownText(int id) {
    return special.containsKey(id) && special.get(id).equals(unknown);
  }

  /** Returns the spelling of a token; empty for a special token and for an id without a token. */
  Optional<String> spelling(int id) {
    return special.containsKey(id) ? Optional.empty() : Optional.ofNullable(tokens.get(id));
  }
}
