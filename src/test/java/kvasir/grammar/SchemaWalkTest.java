package kvasir.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random walks through the grammars of random schemas: each text that a walk ends with fits its
 * schema by the validator of others. A failure names the seed.
 */
class SchemaWalkTest {
  private static final int CASES = Integer.getInteger("kvasir.schema.walks", 200);
  private static final int MOST_BYTES = 2000;

  @Test
  void walksEndInValuesThatFit() {
    int complete = 0;
    int held = 0;
    for (long seed = 0; seed < CASES; seed++) {
      JsonNode schema = RandomSchemas.of(seed);
      String what = "seed " + seed + ": " + schema;
      Grammar grammar;
      try {
        grammar = Grammar.ofSchema(schema);
      } catch (SchemaException e) {
        assertEquals("schema", e.keyword(), what);
        continue;
      }
      held++;
      for (int walk = 0; walk < 3; walk++) {
        String text = walk(grammar, new SplittableRandom(31 * seed + walk), what);
        if (!text.isEmpty()) {
          assertEquals(List.of(), RandomSchemas.faults(schema, text), what + "\n" + text);
          complete++;
        }
      }
    }
    assertTrue(held > CASES * 9 / 10, held + " of " + CASES + " are held");
    assertTrue(complete > 2 * held, complete + " walks have ended");
  }

  /** Returns the text of a walk, empty if it has not ended in time. */
  private static String walk(Grammar grammar, SplittableRandom random, String what) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    GrammarState state = grammar.start();
    while (text.size() < MOST_BYTES) {
      if (state.mustEnd() || (state.mayEnd() && random.nextInt(3) == 0)) {
        return text.toString(StandardCharsets.UTF_8);
      }
      List<Byte> fitting = new ArrayList<>();
      for (int value = 0; value < 256; value++) {
        if (!state.next((byte) value).isDead()) {
          fitting.add((byte) value);
        }
      }
      assertFalse(fitting.isEmpty(), what + "\n" + text);
      byte value = fitting.get(random.nextInt(fitting.size()));
      text.write(value);
      state = state.next(value);
    }
    return "";
  }
}
