package kvasir.engine.request;

import java.util.Arrays;

/** Prompt of a request: a text, or the ids of its tokens. Never empty. */
public sealed interface Prompt {
  /** Prompt that is a text. */
  record Text(String text) implements Prompt {}

  /**
   * Prompt that is token ids, each inside the vocabulary.
   *
   * @param ids the ids; not copied
   */
  record Tokens(int[] ids) implements Prompt {
    @Override
    public boolean equals(Object other) {
      return other instanceof Tokens tokens && Arrays.equals(ids, tokens.ids);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(ids);
    }

    @Override
    public String toString() {
      return Arrays.toString(ids);
    }
  }
}
