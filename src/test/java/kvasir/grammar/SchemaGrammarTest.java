package kvasir.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import kvasir.file.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts that grammars of schemas take, keyword by keyword. */
class SchemaGrammarTest {
  static Grammar of(String schema) {
    try {
      return Grammar.ofSchema(Json.read(schema.replace('\'', '"')));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(schema, e);
    }
  }

  /** Texts are separated by a blank. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'const':-0.5} | -0.5 | 0.5 -0.50",
        "{'const':null} | null | 1",
        "{'enum':[1,null,true,'a']} | 1 null true 'a' | 2 '' a false",
        "{'enum':[{'k':[true]}]} | {'k':[true]} | {} {'k':[]}",
        "{'enum':[1,'a',2.5],'type':'string'} | 'a' | 1 2.5",
        "{'enum':[1,2,3,4],'minimum':2,'multipleOf':2} | 2 4 | 1 3",
        "{'enum':['ab','cd'],'pattern':'^a'} | 'ab' | 'cd'",
        "{'enum':[1,2],'not':{'const':1}} | 2 | 1",
        "{'type':'null'} | null | 0",
        "{'type':'boolean'} | true false | True 1",
        "{'type':['null','boolean']} | null true | 0 'a'",
        "{'type':'integer'} | 0 -1 10 123456789012345 | 01 -0 1.0 1e1 1234567890123456 -",
        "{'type':'integer','minimum':10,'maximum':12} | 10 11 12 | 9 13 1 100 -10 010",
        "{'type':'integer','exclusiveMinimum':10,'exclusiveMaximum':12} | 11 | 10 12",
        "{'type':'integer','minimum':-5,'maximum':3} | -5 -1 0 3 | -6 4 -0",
        "{'type':'integer','minimum':99} | 99 100 1000 | 98 9 0 -99",
        "{'type':'integer','multipleOf':7,'minimum':1,'maximum':30} | 7 14 21 28 | 0 8 35",
        "{'type':'integer','multipleOf':1.5} | 0 3 6 -3 | 1 2",
        "{'type':'integer','minimum':10.5,'maximum':11.5} | 11 | 10 12",
        "{'type':'number'} | 0 -1.5 1e9 2.5e-3 0.25 | 00 .5 1. -0 1e 1E5 1e0",
        "{'type':'number','minimum':0.5,'maximum':1.25} | 0.5 1 1.25 0.75 1.0 | 0 0.4 1.26 2 0.49",
        "{'type':'number','exclusiveMinimum':0,'maximum':1} | 0.1 1 | 0 0.0 1.1 -1",
        "{'type':'number','multipleOf':0.25} | 0 0.5 0.75 -1.25 3.0 | 0.3 0.1",
        "{'type':'number','minimum':0,'exclusiveMinimum':true,'maximum':3} | 1 | 0",
        "{'type':'string'} | '' 'a' 'é🙂' '\\n' '\\u0001' | 'a '\\x' '\\/' '\\u0041' a",
        "{'type':'string','minLength':2,'maxLength':3} | 'ab' 'é🙂a' | '' 'a' 'abcd'",
        "{'type':'string','maxLength':0} | '' | 'a'",
        "{'type':'string','pattern':'^[a-c]+$','maxLength':3} | 'a' 'abc' | '' 'd' 'abcc'",
        "{'type':'string','pattern':'b.d','maxLength':4} | 'bcd' 'abcd' | 'bd' 'abcde'",
        "{'type':'string','pattern':'^a*$','minLength':2} | 'aa' | 'a' 'ab'",
        "{'type':'string','pattern':'^(aa)*$','minLength':3,'maxLength':5} | 'aaaa' | 'aaa' 'aa'",
        "{'type':'string','pattern':'^\\\\d{3}-\\\\w$'} | '123-a' | '12-a' '123-é'",
        "{'type':'string','pattern':'^\\\\u00e9+?$'} | 'é' | 'e'",
        "{'type':'string','format':'date'} | '2024-02-28' | '2024-02-30' 'a'",
        "{'type':'string','format':'nonsense'} | 'a' | 1",
        "{'allOf':[{'pattern':'^a'},{'pattern':'z$','type':'string'}]} | 'az' 'abz' | 'a' 'z'",
        "{'type':'array','items':{'type':'boolean'}} | [] [true] [true,false] | [1] [true,] [,]",
        "{'type':'array','items':{'const':1},'minItems':2,'maxItems':3} | [1,1] [1,1,1] | [1] []",
        "{'type':'array','maxItems':0} | [] | [1]",
        "{'prefixItems':[{'const':1},{'const':2}],'items':false} | [] [1] [1,2] | [2] [1,2,3]",
        "{'prefixItems':[{'const':1}],'items':{'const':2},'minItems':2} | [1,2] [1,2,2] | [1] []",
        "{'items':[{'const':1}],'additionalItems':false,'minItems':1} | [1] | [] [1,1]",
        "{'type':'array','uniqueItems':false,'items':{'const':1}} | [1,1] | [2]",
        "{'anyOf':[{'const':1},{'type':'null'}]} | 1 null | 2",
        "{'anyOf':[{'minimum':1},{'const':0}],'type':'integer','maximum':2} | 0 1 2 | 3 -1",
        "{'oneOf':[{'type':'string','maxLength':1},{'type':'null'}]} | 'a' null | 'ab'",
        "{'oneOf':[{'maximum':1,'type':'integer'},{'minimum':2,'type':'integer'}]} | 1 2 | 1.5",
        "{'allOf':[{'minimum':1,'type':'integer'},{'maximum':2}]} | 1 2 | 0 3",
        "{'$ref':'#/$defs/a','$defs':{'a':{'const':1}}} | 1 | 2",
        "{'$ref':'#/$defs/a~1%62','$defs':{'a/b':{'enum':[1,2]}},'maximum':1} | 1 | 2",
        "true | 1 {'a':[null,{}]} 'x' | a",
        "{'title':'t','x-y':1,'default':3} | {} [1,'a'] null | x",
      })
  void aKeywordIsHeld(String schema, String taken, String refused) {
    Grammar grammar = of(schema);
    for (String text : taken.split(" ", -1)) {
      assertTrue(grammar.takes(text.replace('\'', '"')), text);
    }
    for (String text : refused.split(" ", -1)) {
      assertFalse(grammar.takes(text.replace('\'', '"')), text);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'properties':{'b':{'const':1},'a':{'const':2}},'required':['a','b']}"
            + " | {'b':1,'a':2} | {'a':2,'b':1} {'b':1} {}",
        "{'properties':{'b':{'const':1},'a':{'const':2}}} | {} {'b':1} {'a':2} {'b':1,'a':2}"
            + " | {'a':2,'b':1} {'c':1} {,}",
        "{'properties':{'a':{'const':1},'b':{'const':2},'c':{'const':3}},'required':['b']}"
            + " | {'b':2} {'a':1,'b':2} {'b':2,'c':3} | {'a':1,'c':3}",
        "{'properties':{'a':{'const':1}},'required':['z']} | {'z':[]} {'a':1,'z':0} | {'a':1}",
        "{'properties':{'a':{'const':1}},'additionalProperties':{'const':2}}"
            + " | {} {'x':2} {'a':1,'x':2,'y':2} | {'a':2} {'x':1}",
        "{'type':'object'} | {} {'x':{'y':[1]}} | []",
        "{'type':'object','properties':{}} | {} | {'a':1}",
        "{'type':'object','additionalProperties':{'type':'integer'},'maxProperties':1}"
            + " | {} {'a':1} | {'a':1,'b':2} {'a':'b'}",
        "{'properties':{'a':{'const':1},'b':{'const':1}},'minProperties':1} | {'a':1} {'b':1} | {}",
        "{'properties':{'a':{'const':1},'b':{'const':1}},'maxProperties':1,'required':['b']}"
            + " | {'b':1} | {'a':1,'b':1}",
        "{'additionalProperties':{'const':1},'propertyNames':{'pattern':'^[ab]$'}}"
            + " | {} {'a':1} {'b':1,'a':1} | {'c':1} {'ab':1}",
        "{'additionalProperties':{'const':1},'propertyNames':{'enum':['p','q']}}"
            + " | {} {'q':1} {'p':1,'q':1} | {'c':1}",
        "{'properties':{'é\\n':{'const':1}}} | {} {'é\\n':1} | {'e':1}",
        "{'allOf':[{'properties':{'a':{'minimum':1}}},{'properties':{'a':{'maximum':1,"
            + "'type':'integer'}},'required':['a']}]} | {'a':1} | {'a':0} {}",
        "{'properties':{'next':{'anyOf':[{'type':'null'},{'$ref':'#'}]}},'required':['next']}"
            + " | {'next':null} {'next':{'next':null}} | {} {'next':{}}",
        "{'oneOf':[{'properties':{'k':{'const':'a'},'x':{'const':1}},'required':['k']},"
            + "{'properties':{'k':{'const':'b'},'y':{'const':2}},'required':['k']}]}"
            + " | {'k':'a','x':1} {'k':'b','y':2} {'k':'b'} | {'k':'a','y':2} {}",
      })
  void membersAreHeld(String schema, String taken, String refused) {
    aKeywordIsHeld(schema, taken, refused);
  }

  @Test
  void aPatternHasBranches() {
    aKeywordIsHeld("{'type':'string','pattern':'^(a|bc){2}$'}", "'aa' 'abc' 'bcbc'", "'a' 'aaa'");
    aKeywordIsHeld("{'pattern':'^a|b$'}", "'ac' 'cb'", "'ca'");
  }

  @Test
  void aTextEndsWhereNothingCanFollow() {
    GrammarState state = of("{'enum':['xx','xxy']}").start();
    assertFalse(state.mayEnd());
    state = state.next("\"xx\"".getBytes(StandardCharsets.UTF_8));
    assertTrue(state.mayEnd());
    assertTrue(state.mustEnd());
    GrammarState number = of("{'type':'integer'}").start().next((byte) '1');
    assertTrue(number.mayEnd());
    assertFalse(number.mustEnd());
    assertTrue(number.next((byte) 'x').isDead());
  }

  @Test
  void nothingStandsBeforeBetweenOrBehindTheText() {
    Grammar grammar = of("{'properties':{'a':{'type':'integer'}},'required':['a']}");
    assertTrue(grammar.takes("{\"a\":1}"));
    for (String text :
        List.of(" {\"a\":1}", "{ \"a\":1}", "{\"a\": 1}", "{\"a\":1 }", "{\"a\":1}\n")) {
      assertFalse(grammar.takes(text), text);
    }
  }

  @Test
  void charactersAreValidInUtf8() {
    Grammar grammar = of("{'type':'string'}");
    byte[] half = {'"', (byte) 0xc3, '"'};
    byte[] surrogate = {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'};
    byte[] longForm = {'"', (byte) 0xc0, (byte) 0xaf, '"'};
    byte[] beyond = {'"', (byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80, '"'};
    for (byte[] bytes : List.of(half, surrogate, longForm, beyond)) {
      assertTrue(grammar.start().next(bytes).isDead());
    }
    assertTrue(grammar.takes("\"\u007f\u2028\uffff\u0800\ud7ff\ue000\ud83d\ude42\""));
    assertFalse(grammar.takes("\"\t\""));
  }

  @Test
  void statesAreEqualWhereCountsHaveNoEffect() {
    GrammarState start = of("{'type':'string'}").start();
    assertEquals(start.next(bytes("\"a")), start.next(bytes("\"abcdefghij")));
    GrammarState counted = of("{'type':'string','maxLength':1000}").start();
    assertEquals(counted.next(bytes("\"a")).near(16), counted.next(bytes("\"abc")).near(16));
    GrammarState items = of("{'type':'array','items':{'const':1},'minItems':1}").start();
    assertEquals(items.next(bytes("[1,")), items.next(bytes("[1,1,1,")));
  }

  @Test
  void partsArePutTogether() {
    Grammar grammar =
        Grammar.sequence(
            List.of(
                Grammar.literal("<"),
                Grammar.repeated(
                    Grammar.anyOf(List.of(Grammar.literal("é"), of("{'const':1}"))), 1, 2),
                Grammar.literal(">")));
    assertTrue(grammar.takes("<é1>"));
    assertTrue(grammar.takes("<1>"));
    assertFalse(grammar.takes("<>"));
    assertFalse(grammar.takes("<111>"));
    assertEquals(3, grammar.leastBytes());
    assertTrue(Grammar.anyObject().takes("{\"a\":{\"b\":[1,\"x\",null]}}"));
    assertFalse(Grammar.anyObject().takes("[]"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
