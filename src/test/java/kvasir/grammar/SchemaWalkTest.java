package kvasir.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random walks through the grammars of random schemas: each text that a walk ends with fits its
 * schema by the validator of others. A failure names the seed.
 */
class SchemaWalkTest {
  private static final int CASES = Integer.getInteger("kvasir.schema.walks", 200);

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
        String text = GrammarWalk.text(grammar, new SplittableRandom(31 * seed + walk), what);
        if (!text.isEmpty()) {
          assertEquals(List.of(), RandomSchemas.faults(schema, text), what + "\n" + text);
          complete++;
        }
      }
    }
    assertTrue(held > CASES * 9 / 10, held + " of " + CASES + " are held");
    assertTrue(complete > 2 * held, complete + " walks have ended");
  }
}
