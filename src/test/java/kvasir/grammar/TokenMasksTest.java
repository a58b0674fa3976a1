package kvasir.grammar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import kvasir.grammar.TokenMasks.Walk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Masks of tokens beside the tokens one by one. */
class TokenMasksTest {
  private static final String PARTS = "{}[]\",:-.0123456789eabk\\nué🙂 \ntruefalsl";

  private static List<Optional<byte[]>> vocabulary(SplittableRandom random) {
    List<Optional<byte[]>> tokens = new ArrayList<>();
    for (int i = 0; i < 256; i++) {
      tokens.add(Optional.of(new byte[] {(byte) i}));
    }
    byte[] parts = PARTS.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 600; i++) {
      byte[] token = new byte[random.nextInt(1, 7)];
      int from = random.nextInt(parts.length);
      for (int j = 0; j < token.length; j++) {
        from = random.nextInt(3) == 0 ? from + 1 : random.nextInt(parts.length);
        token[j] = parts[from % parts.length];
      }
      tokens.add(i % 50 == 0 ? Optional.empty() : Optional.of(token));
    }
    tokens.add(Optional.of("\":".getBytes(StandardCharsets.UTF_8)));
    tokens.add(Optional.of("\":".getBytes(StandardCharsets.UTF_8)));
    return tokens;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "true",
        "{'type':'string','maxLength':5}",
        "{'type':'string','maxLength':500,'minLength':490}",
        "{'type':'string','pattern':'^(ab|é)*$','minLength':3,'maxLength':9}",
        "{'type':'integer','minimum':-17,'maximum':1234}",
        "{'type':'number','multipleOf':0.25,'maximum':3}",
        "{'type':'array','items':{'type':'boolean'},'minItems':2,'maxItems':4}",
        "{'properties':{'a':{'type':'integer'},'b':{'enum':['é🙂','k']}},"
            + "'additionalProperties':{'type':'null'}}",
      })
  void aMaskHasTheTokensThatFit(String schema) {
    SplittableRandom random = new SplittableRandom(schema.hashCode());
    List<Optional<byte[]>> tokens = vocabulary(random);
    TokenMasks masks = new TokenMasks(new TokenTrie(tokens));
    for (int walk = 0; walk < 20; walk++) {
      GrammarState state = SchemaGrammarTest.of(schema).start();
      for (int step = 0; step < 30 && !state.mustEnd(); step++) {
        long[] mask = masks.after(state);
        List<Integer> allowed = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
          GrammarState from = state;
          boolean fits = tokens.get(id).map(bytes -> !from.next(bytes).isDead()).orElse(false);
          assertEquals(fits, (mask[id >> 6] >>> id & 1) != 0, schema + " " + id);
          if (fits) {
            allowed.add(id);
          }
        }
        assertSame(mask, masks.after(state));
        // A state that is not complete has a token, since single bytes are tokens.
        state = state.next(tokens.get(allowed.get(random.nextInt(allowed.size()))).orElseThrow());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7})
  void aTrieKeepsTokensOfEqualBytes(int copies) {
    List<Optional<byte[]>> tokens = new ArrayList<>();
    for (int i = 0; i < copies; i++) {
      tokens.add(Optional.of(new byte[] {'"'}));
    }
    long[] mask =
        new TokenMasks(new TokenTrie(tokens)).after(SchemaGrammarTest.of("{'const':''}").start());
    assertArrayEquals(new long[] {(1L << copies) - 1}, mask);
  }

  /** Walks in pieces, and others between the pieces. */
  @Test
  void aWalkInPiecesFindsTheSame() {
    List<Optional<byte[]>> tokens = vocabulary(new SplittableRandom(1));
    TokenTrie trie = new TokenTrie(tokens);
    TokenMasks masks = new TokenMasks(trie);
    GrammarState text =
        SchemaGrammarTest.of("{'type':'string','minLength':40,'maxLength':90}").start();
    GrammarState pattern = SchemaGrammarTest.of("{'type':'string','pattern':'^(ab|é)*$'}").start();
    List<GrammarState> states = List.of(text, text.next((byte) '"'), pattern, text);
    List<Walk> walks = states.stream().map(masks::walk).toList();
    List<Optional<long[]>> found = new ArrayList<>(walks.stream().map(Walk::advance).toList());
    assertTrue(found.contains(Optional.<long[]>empty()), "all walks ended in one piece");
    while (found.contains(Optional.<long[]>empty())) {
      for (int i = 0; i < walks.size(); i++) {
        found.set(i, walks.get(i).advance());
      }
    }
    for (int i = 0; i < states.size(); i++) {
      long[] expected = new TokenMasks(trie).after(states.get(i));
      assertArrayEquals(expected, found.get(i).orElseThrow());
    }
  }
}
