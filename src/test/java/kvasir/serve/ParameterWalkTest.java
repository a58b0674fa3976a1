package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import kvasir.file.Json;
import kvasir.grammar.Grammar;
import kvasir.grammar.GrammarWalk;
import kvasir.grammar.RandomSchemas;
import kvasir.grammar.SchemaException;
import kvasir.text.CallForm;
import org.junit.jupiter.api.Test;

/**
 * Random walks through the parameters of random schemas, read as calls of Qwen3-Coder that arrive
 * in random pieces: the arguments fit their schemas by the validator of others.
 */
class ParameterWalkTest {
  private static final int CASES = Integer.getInteger("kvasir.schema.walks", 200);

  /** Returns a schema of an object whose members have those of two seeds. */
  private static ObjectNode schema(long seed) {
    ObjectNode one = RandomSchemas.of(seed);
    ObjectNode other = RandomSchemas.of(seed + 1_000_000);
    ObjectNode schema = Json.object().put("type", "object");
    schema.set("$defs", one.remove("$defs"));
    other.remove("$defs");
    if ("object".equals(one.path("type").textValue())) {
      return schema.setAll(one);
    }
    schema.putObject("properties").set("first", one);
    schema.withObjectProperty("properties").set("second one", other);
    schema.putArray("required").add("first");
    return schema;
  }

  @Test
  void walksAreReadAsArgumentsThatFit() {
    int complete = 0;
    int held = 0;
    for (long seed = 0; seed < CASES; seed++) {
      ObjectNode schema = schema(seed);
      String what = "seed " + seed + ": " + schema;
      Grammar grammar;
      try {
        grammar = Grammar.ofParameters(schema);
      } catch (SchemaException e) {
        assertEquals("schema", e.keyword(), what);
        continue;
      }
      held++;
      for (int walk = 0; walk < 3; walk++) {
        SplittableRandom random = new SplittableRandom(31 * seed + walk);
        String text = GrammarWalk.text(grammar, random, what);
        if (!text.isEmpty()) {
          String arguments = arguments(schema, text, random);
          assertEquals(
              List.of(), RandomSchemas.faults(schema, arguments), what + "\n" + text + arguments);
          complete++;
        }
      }
    }
    assertTrue(held > CASES * 8 / 10, held + " of " + CASES + " are held");
    assertTrue(complete > held, complete + " of " + held + " walks have ended");
  }

  private static String arguments(JsonNode schema, String text, SplittableRandom random) {
    CallRules rules = new CallRules(CallForm.PARAMETERS, Map.of("f", schema), 1, true, "");
    String whole = "<tool_call>\n<function=f>\n" + text + "</function>";
    CallSplitter splitter = new CallSplitter(rules);
    AnswerText answer = new AnswerText();
    for (int from = 0; from < whole.length(); ) {
      int to = Math.min(whole.length(), from + random.nextInt(1, 30));
      splitter.add(whole.substring(from, to)).forEach(answer::add);
      from = to;
    }
    assertTrue(splitter.done(), whole);
    assertEquals("", answer.content(), whole);
    return answer.calls().getFirst().arguments();
  }
}
