package kvasir.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kvasir.file.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Schemas that are refused, with the keyword and its place; and large ones. */
class SchemaRefusalTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'type':'string','not':{'const':'a'}} | not",
        "{'properties':{'a':{'if':{},'then':{}}}} | properties.a.if",
        "{'type':'object','patternProperties':{'a':{}}} | patternProperties",
        "{'type':'array','uniqueItems':true} | uniqueItems",
        "{'items':{'type':'array','contains':{}}} | items.contains",
        "{'type':'object','dependentRequired':{'a':['b']}} | dependentRequired",
        "{'properties':{'a':{'pattern':'(?=a)b'}}} | properties.a.pattern",
        "{'pattern':'(a)\\\\1'} | pattern",
        "{'pattern':'a**'} | pattern",
        "{'pattern':'('} | pattern",
        "{'pattern':'(a{1000}){1000}'} | pattern",
        "{'$ref':'#'} | $ref",
        "{'$ref':'http://127.0.0.1:9/s'} | $ref",
        "{'$ref':'#/$defs/a','$defs':{'a':{'$ref':'#/$defs/b'},'b':{'$ref':'#/$defs/a'}}}"
            + " | $defs.a.$ref",
        "{'$ref':'#/$defs/none'} | $ref",
        "{'enum':[]} | enum",
        "{'enum':1} | enum",
        "{'type':'array','minItems':2,'maxItems':1} | minItems",
        "{'type':'string','minLength':2,'maxLength':1} | minLength",
        "{'type':'integer','minimum':2,'maximum':1} | schema",
        "{'type':'array','minItems':1000000000} | schema",
        "{'type':'string','minLength':1000000000} | schema",
        "{'properties':{'a':{'$ref':'#'}},'required':['a']} | schema",
        "false | schema",
        "{'type':'text'} | type",
        "{'type':'integer','multipleOf':0} | multipleOf",
        "{'maxLength':-1} | maxLength",
        "{'maxLength':'1'} | maxLength",
        "{'properties':[]} | properties",
        "{'anyOf':[]} | anyOf",
        "{'anyOf':[1]} | anyOf",
        "{'anyOf':[{'type':'null'},{'not':{}}]} | anyOf[1].not",
        "{'oneOf':[{'type':'integer'},{'type':'number'}]} | oneOf",
        "{'required':['a',1]} | required",
        "{'properties':{'a':{'const':1}},'additionalProperties':false,'required':['b']} | schema",
      })
  void aSchemaThatCannotBeHeldIsRefused(String schema, String path) {
    SchemaException refused =
        assertThrows(SchemaException.class, () -> SchemaGrammarTest.of(schema), schema);
    assertEquals(path, refused.path(), refused.getMessage());
    assertTrue(refused.getMessage().startsWith(refused.keyword()), refused.getMessage());
    assertTrue(refused.getMessage().length() < 400, refused.getMessage());
  }

  @Test
  void keywordsOfOtherTypesSayNothing() {
    assertTrue(SchemaGrammarTest.of("{'type':'string','uniqueItems':true}").takes("\"a\""));
    assertTrue(SchemaGrammarTest.of("{'type':'string','format':'x','contains':1}").takes("\"\""));
  }

  @Test
  void largeSchemasAreHeldInLittleTime() {
    ArrayNode values = Json.object().putArray("enum");
    ObjectNode enumeration = Json.object();
    IntStream.range(0, 100_000).forEach(i -> values.add("value " + i));
    enumeration.set("enum", values);
    Grammar grammar = Grammar.ofSchema(enumeration);
    assertTrue(grammar.takes("\"value 99999\""));
    assertTrue(!grammar.takes("\"value 100000\""));
    assertTrue(SchemaGrammarTest.of("{'type':'string','maxLength':100000}").takes("\"a\""));
    assertTrue(SchemaGrammarTest.of("{'pattern':'^((a+)+)+$'}").takes("\"aaa\""));
    Grammar counted = SchemaGrammarTest.of("{'type':'array','items':{},'maxItems':1000000000}");
    assertTrue(counted.takes("[1,2]"));
  }

  @Test
  void aLongChainOfDefinitionsIsHeld() {
    String definitions =
        IntStream.range(0, 2000)
            .mapToObj(
                i -> "'d%d':{'items':{'$ref':'#/$defs/d%d'},'maxItems':1}".formatted(i, i + 1))
            .collect(Collectors.joining(","));
    Grammar grammar =
        SchemaGrammarTest.of(
            "{'$ref':'#/$defs/d0','$defs':{" + definitions + ",'d2000':{'const':1}}}");
    assertTrue(grammar.takes("[[[]]]"));
  }

  @Test
  void manyMembersAreRefused() {
    String members =
        IntStream.range(0, 1001)
            .mapToObj(i -> "'p" + i + "':true")
            .collect(Collectors.joining(","));
    SchemaException refused =
        assertThrows(
            SchemaException.class, () -> SchemaGrammarTest.of("{'properties':{" + members + "}}"));
    assertEquals("properties", refused.path());
  }

  @Test
  void manyCombinationsAreRefused() {
    String choice = "{'anyOf':[{'minimum':1},{'minimum':2},{'minimum':3},{'minimum':4}]}";
    String all = IntStream.range(0, 30).mapToObj(i -> choice).collect(Collectors.joining(","));
    SchemaException refused =
        assertThrows(SchemaException.class, () -> SchemaGrammarTest.of("{'allOf':[" + all + "]}"));
    assertEquals("allOf", refused.keyword());
  }
}
