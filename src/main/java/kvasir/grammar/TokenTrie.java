package kvasir.grammar;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The bytes of a vocabulary's tokens as a tree, whose nodes stand in arrays in the order of a walk.
 * Immutable and thread-safe.
 */
public final class TokenTrie {
  /**
   * Largest number of bytes of a token that is allowed. Longer ones are runs of blanks and the
   * like, and other tokens spell the same; states that differ beyond this length have the same
   * mask.
   */
  private static final int LONGEST = 24;

  private final int vocabulary;
  private final int longest;
  private final int size;
  private final byte[] bytes;
  private final int[] depths;

  /** Node behind the last one below each node. */
  private final int[] ends;

  /** First token of each node, or -1; and the next one with the same bytes. */
  private final int[] tokens;

  private final int[] same;

  private record Token(int id, byte[] bytes) {}

  /**
   * Creates the tree of a vocabulary.
   *
   * @param vocabulary bytes of each token by id; empty for tokens that are never part of a text
   */
  public TokenTrie(List<Optional<byte[]>> vocabulary) {
    this.vocabulary = vocabulary.size();
    Token[] sorted = new Token[vocabulary.size()];
    int count = 0;
    int most = 0;
    for (int id = 0; id < vocabulary.size(); id++) {
      byte[] text = vocabulary.get(id).orElse(new byte[0]);
      if (text.length > 0 && text.length <= LONGEST) {
        sorted[count++] = new Token(id, text);
        most = Math.addExact(most, text.length);
      }
    }
    Arrays.sort(sorted, 0, count, Comparator.comparing(Token::bytes, Arrays::compareUnsigned));
    this.bytes = new byte[most];
    this.depths = new int[most];
    this.ends = new int[most];
    this.tokens = new int[most];
    this.same = new int[vocabulary.size()];
    Arrays.fill(tokens, -1);
    Arrays.fill(same, -1);
    int[] path =
        new int[1 + Arrays.stream(sorted, 0, count).mapToInt(t -> t.bytes.length).max().orElse(0)];
    int nodes = 0;
    byte[] before = new byte[0];
    for (int i = 0; i < count; i++) {
      byte[] text = sorted[i].bytes;
      int common = Arrays.mismatch(before, text);
      common = common < 0 ? text.length : common;
      for (int depth = before.length; depth > common; depth--) {
        ends[path[depth]] = nodes;
      }
      for (int depth = common + 1; depth <= text.length; depth++) {
        path[depth] = nodes;
        bytes[nodes] = text[depth - 1];
        depths[nodes++] = depth;
      }
      same[sorted[i].id] = tokens[path[text.length]];
      tokens[path[text.length]] = sorted[i].id;
      before = text;
    }
    for (int depth = before.length; depth > 0; depth--) {
      ends[path[depth]] = nodes;
    }
    this.size = nodes;
    this.longest = path.length - 1;
  }

  /** Returns the number of tokens of the vocabulary. */
  public int vocabulary() {
    return vocabulary;
  }

  /** Returns the number of bytes of the longest token. */
  public int longest() {
    return longest;
  }

  int size() {
    return size;
  }

  /** Returns the last byte of a node, from 0 to 255. */
  int value(int node) {
    return bytes[node] & 0xff;
  }

  int depth(int node) {
    return depths[node];
  }

  /** Returns the node behind those below a node. */
  int end(int node) {
    return ends[node];
  }

  /** Sets the bits of the tokens that end at a node. */
  void add(int node, long[] mask) {
    for (int id = tokens[node]; id >= 0; id = same[id]) {
      mask[id >> 6] |= 1L << id;
    }
  }
}
