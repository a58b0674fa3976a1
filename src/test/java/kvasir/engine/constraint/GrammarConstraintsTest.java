package kvasir.engine.constraint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import kvasir.engine.constraint.Constraint.Before;
import kvasir.engine.sampling.TokenConstraint;
import kvasir.engine.sampling.TokenMask;
import kvasir.file.Json;
import kvasir.grammar.Grammar;
import kvasir.text.Tokenizer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Constraints of the demo model's tokens, whose ids 0 and 2 end a sequence. */
class GrammarConstraintsTest {
  private static final int VOCABULARY = 2112;
  private static final Tokenizer TOKENIZER =
      Tokenizer.open(Path.of("experiments/demo-model/model"));
  private static final GrammarConstraints CONSTRAINTS =
      new GrammarConstraints(TOKENIZER, VOCABULARY);

  @AfterAll
  static void close() {
    TOKENIZER.close();
  }

  private static TokenConstraint of(String schema, Before before) {
    try {
      Grammar grammar = Grammar.ofSchema(Json.read(schema));
      return CONSTRAINTS.of(new Constraint(grammar, Set.of(0, 2), before).text());
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(schema, e);
    }
  }

  private static TokenConstraint after(TokenConstraint from, String text) {
    TokenConstraint state = from;
    for (int id : TOKENIZER.encodeBare(text)) {
      assertTrue(state.mask().has(id), text + " at " + TOKENIZER.decode(new int[] {id}));
      state = state.next(id);
    }
    return state;
  }

  @Test
  void endTokensStandWhereATextMayEnd() {
    TokenConstraint begin = of("{\"type\":\"integer\"}", Before.NOTHING);
    assertFalse(begin.mask().has(0));
    assertFalse(begin.mask().has(1));
    TokenConstraint digit = after(begin, "7");
    assertTrue(digit.mask().has(0) && digit.mask().has(2));
    assertFalse(digit.mask().has(1));
    assertFalse(digit.complete());
    assertTrue(after(of("{\"const\":[1]}", Before.NOTHING), "[1]").complete());
  }

  @Test
  void tokensOfBytesSpellCharacters() {
    // F0 9F 99 82 and C3 A9 in the demo model's vocabulary.
    TokenConstraint state = after(of("{\"enum\":[\"🙂é\"]}", Before.NOTHING), "\"");
    for (int id : List.of(175, 256, 250, 227, 130, 105)) {
      assertTrue(state.mask().has(id));
      state = state.next(id);
    }
    assertTrue(after(state, "\"").complete());
  }

  @Test
  void thoughtsAreFreeUpToTheirEnd() {
    TokenConstraint thoughts = of("{\"const\":1}", Before.until("</think>"));
    assertEquals(TokenMask.ALL, thoughts.mask());
    TokenConstraint begun = after(thoughts, "Who is it? </thi</think");
    assertFalse(begun.complete());
    assertEquals(TokenMask.ALL, begun.next(0).mask());
    TokenConstraint held = after(begun, ">\n\n");
    assertFalse(held.mask().isAll());
    assertTrue(after(held, "1").complete());
  }

  @Test
  void thoughtsMayBeLeftOut() {
    TokenConstraint begin = of("{\"const\":1}", Before.optional("<think>", "</think>"));
    assertTrue(after(begin, "1").complete());
    TokenConstraint thoughts = after(begin, "<think>");
    assertTrue(thoughts.mask().isAll());
    assertTrue(after(thoughts, "1 or 2?</think>1").complete());
  }

  @Test
  void partsOfGrammarsAreDescribed() {
    Grammar grammar =
        Grammar.sequence(
            List.of(
                Grammar.literal("<"),
                Grammar.repeated(
                    Grammar.anyOf(List.of(Grammar.literal("a"), Grammar.anyObject())), 1, 2)));
    Grammar again = Grammar.of(grammar.description());
    assertEquals(grammar.description(), again.description());
    assertTrue(again.takes("<a{}"));
    assertFalse(again.takes("<aaa"));
  }

  @Test
  void whatDescribesNothingIsRefused() {
    for (String text : List.of("", "{}", "[]", "{\"grammar\":{\"schema\":{\"not\":{}}}}")) {
      assertThrows(IllegalArgumentException.class, () -> CONSTRAINTS.of(text), text);
    }
  }
}
