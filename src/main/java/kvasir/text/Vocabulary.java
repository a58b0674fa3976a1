package kvasir.text;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A tokenizer's tokens by id, as tokenizer.json spells them.
 *
 * @param tokens spelling of each id, special ones included
 * @param special the special tokens among them, which have no text; in the order of the file
 * @param unknown the token for what the vocabulary cannot spell; null where there is none
 */
record Vocabulary(Map<Integer, String> tokens, Map<Integer, String> special, String unknown) {
  Vocabulary {
    // Not copied: there are hundreds of thousands.
    tokens = Collections.unmodifiableMap(tokens);
    special = Collections.unmodifiableMap(new LinkedHashMap<>(special));
  }

  /** Returns true for the token that stands for text which the vocabulary cannot spell. */
  boolean standsForUnknownText(int id) {
    return special.containsKey(id) && special.get(id).equals(unknown);
  }

  /** Spelling of a token that has text; nothing for a special token or an id without a token. */
  Optional<String> spelling(int id) {
    return special.containsKey(id) ? Optional.empty() : Optional.ofNullable(tokens.get(id));
  }
}
