package kvasir.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Origin of the characters of rendered texts: each that came from the input is known as such. S31
 */
class OriginTest {
  /** Returns a rendered text with brackets around what comes from the input. */
  private static String marked(String template) {
    ObjectNode nested = JsonNodeFactory.instance.objectNode().put("k", "v\"");
    Variables variables =
        new Variables()
            .set("s", JsonNodeFactory.instance.textNode("Input Text"))
            .set("d", nested)
            .set("m", JsonNodeFactory.instance.objectNode().put("role", "user").put("name", "user"))
            .trustField("role", Set.of("user", "system"))
            .setTrusted("bos", "<s>");
    return Template.parse(template).render(variables).segments().stream()
        .map(part -> part.input() ? "«" + part.text() + "»" : part.text())
        .collect(Collectors.joining());
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " ==> ",
      quoteCharacter = '`',
      value = {
        "a{{ s }}b ==> a«Input Text»b",
        "{{ bos ~ s ~ 'x' }} ==> <s>«Input Text»x",
        "{{ ('<' + s + '>')[1:4] }} ==> «Inp»",
        "{{ ('<' + s + '>')[-3:] }} ==> «xt»>",
        "{{ ('<' + s)[::-1] }} ==> «txeT tupnI»<",
        "{{ ('  ' + s + '  ').strip() }} ==> «Input Text»",
        "{{ ('a ' + s + ' b').split() }} ==> ['a', '«Input»', '«Text»', 'b']",
        "{{ ('a ' + s).replace('a', s) }} ==> «Input Text» «Input Text»",
        "{{ 'a-b'.replace('-', s) }} ==> a«Input Text»b",
        "{{ s.replace('Text', 'x') }} ==> «Input »x",
        "{{ ('a' + s).upper() }} ==> A«INPUT TEXT»",
        "{{ s.title() ~ s.capitalize() }} ==> «Input TextInput text»",
        "{{ ('y' + s)|capitalize }} ==> Y«input text»",
        "{{ '<%s>' % s }} ==> <«Input Text»>",
        "{{ '<{}>'.format(s) }} ==> <«Input Text»>",
        "{{ d|tojson }} ==> {\"«k»\": \"«v\\\"»\"}",
        "{{ d }} ==> {'«k»': '«v\"»'}",
        "{{ ['a', s]|join('-') }} ==> a-«Input Text»",
        "{{ s.join(['a', 'b']) }} ==> a«Input Text»b",
        "{{ s|e }}{{ s|safe }}{{ s|string }} ==> «Input TextInput TextInput Text»",
        "{{ ('x\\n' + s)|indent(2) }} ==> x   «Input Text»",
        "{% set x %}[{{ s }}]{% endset %}{{ x }} ==> [«Input Text»]",
        "{% macro f(x) %}<{{ x }}>{% endmacro %}{{ f(s)|trim }} ==> <«Input Text»>",
        "{% filter upper %}a{{ s }}{% endfilter %} ==> A«INPUT TEXT»",
        "{{ m.role }} {{ m.name }} ==> user «user»",
        "{% for k, v in d.items() %}{{ k }}{% endfor %} ==> «k»",
        "{{ s[0] ~ s|first ~ s|list|last }} ==> «IIt»",
        "{{ s * 2 ~ 'ab' * 2 }} ==> «Input TextInput Text»abab",
        "{{ s.center(14, '.') }} ==> ..«Input Text»..",
        "{{ s if s else 'x' }}{{ nosuch|default(s) }} ==> «Input TextInput Text»"
      })
  void operationsKeepTheOrigin(String template, String expected) {
    assertEquals(expected, marked(template).replace("\n", " "));
  }

  @Test
  void rangesOfARenderedText() {
    Variables variables = new Variables().set("s", JsonNodeFactory.instance.textNode("in"));
    RenderedText text = Template.parse("<|{{ s }}|>").render(variables);
    assertEquals("<|in|>", text.text());
    assertFalse(text.hasInput(0, 2));
    assertTrue(text.hasInput(0, 3));
    assertTrue(text.hasInput(3, 4));
    assertFalse(text.hasInput(4, 6));
    assertFalse(text.hasInput(3, 3));
    assertEquals("<|i", text.beginning(3).text());
    assertTrue(text.beginning(3).hasInput(2, 3));
  }
}
