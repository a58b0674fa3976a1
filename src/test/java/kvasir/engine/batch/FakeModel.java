package kvasir.engine.batch;

import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Model whose key of a token is a hash of all tokens up to it, and whose next token is a hash of
 * all keys.
 */
final class FakeModel {
  private static final int VOCABULARY = 150_000;

  private FakeModel() {}

  /** Returns the key of a token behind another one's key; 0 stands before the first token. */
  static long key(long before, int token) {
    return mix(before * 31 + token);
  }

  /** Returns the state of attention with one more key; 0 is the state without keys. */
  static long attend(long state, long key) {
    return mix(state ^ key);
  }

  /** Returns the token that a state of attention chooses. */
  static int choose(long state) {
    return (int) Long.remainderUnsigned(state, VOCABULARY);
  }

  /** Returns a prompt, the beginning of a longer one with the same name. */
  static int[] prompt(String name, int tokens) {
    int[] prompt = new int[tokens];
    Arrays.setAll(prompt, i -> choose(mix(name.hashCode() * 1_000_003L + i)));
    return prompt;
  }

  /** Returns a prompt and the next tokens as a sequence has them alone. */
  static int[] continued(int[] prompt, int tokens) {
    int[] all = Arrays.copyOf(prompt, prompt.length + tokens);
    long key = 0;
    long state = 0;
    for (int i = 0; i < all.length - 1; i++) {
      key = key(key, all[i]);
      state = attend(state, key);
      if (i + 1 >= prompt.length) {
        all[i + 1] = choose(state);
      }
    }
    return all;
  }

  /** Returns the numbers of a list such as "6,4". */
  static int[] ints(String list) {
    return Stream.of(list.split(",", -1)).mapToInt(Integer::parseInt).toArray();
  }

  static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
