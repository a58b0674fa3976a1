package kvasir.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates that would never end, or fill the memory: bounded, with one line of words. S25, S29 */
@Execution(ExecutionMode.CONCURRENT)
class LimitsTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private static TemplateError error(String template) {
    return assertTimeoutPreemptively(
        LONG,
        () ->
            assertThrows(
                TemplateError.class,
                () -> Template.parse(template).render(new Variables()),
                template));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for i in range(1000000000) %}x{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(999) %}{{ 'xxxxxxxx' }}{% endfor %}{% endfor"
            + " %}",
        "{{ 'x' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ 10 ** 1000000000 }}",
        "{{ 'x'.center(2000000000) }}",
        "{{ 'x'.ljust(99999999)|length }}",
        "{{ '%2000000000d' % 1 }}",
        "{{ '%.2000000000f' % 1 }}",
        "{{ '{:99999999}'.format('a') }}",
        "{{ ('x' * 9999999).replace('x', 'y' * 9999999) }}",
        "{{ ('x' * 9999999)|replace('', 'y' * 9999999) }}",
        "{{ ('x' * 9999999)|list|list }}",
        "{{ ('x\\n' * 9999999)|indent(9999999) }}",
        "{{ 'x'|indent(2000000000, true) }}",
        "{{ ('a' * 8000000 ~ 'b') in ('a' * 16000000) }}",
        "{{ ('a' * 16000000).split('a') }}",
        "{% set ns = namespace(s='ab') %}{% for i in range(64) %}{% set ns.s = ns.s ~ ns.s %}{%"
            + " endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(64) %}{% set ns.l = ns.l + ns.l %}{%"
            + " endfor %}",
        "{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor"
            + " %}{{ ns.l }}",
        "{% set ns = namespace(l=(), m=()) %}{% for i in range(9999) %}{% set ns.l = (ns.l,) %}{%"
            + " set ns.m = (ns.m,) %}{% endfor %}{{ ns.l == ns.m }}",
        "{% set ns = namespace(l=(1,), m=(1,)) %}{% for i in range(20) %}{% set ns.l = ns.l * 99 if"
            + " i % 2 else (ns.l,) %}{% set ns.m = ns.m * 99 if i % 2 else (ns.m,) %}{% endfor %}{{"
            + " ns.l == ns.m }}",
        "{% set ns = namespace(l=(1,)) %}{% for i in range(20) %}{% set ns.l = ns.l * 99 if i % 2"
            + " else (ns.l,) %}{% endfor %}{{ {ns.l: 1} }}",
        "{% set l = [] %}{% set _ = l.append(l) %}{{ l }}",
        "{% set l = [] %}{% set _ = l.append(l) %}{{ l|tojson }}",
        "{% set d = {} %}{% set _ = d.update(d=d) %}{{ d }}",
        "{% set l = [1] %}{% for x in range(99999) %}{% set _ = l.extend(l) %}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f(x) %}{{ g(x) }}{% endmacro %}{% macro g(x) %}{% if x %}{{ f([x]) }}{% endif"
            + " %}{% endmacro %}{{ f(1) }}",
        "{% macro f() %}{% call f() %}{% endcall %}{% endmacro %}{{ f() }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{{ range(99999)|list|tojson(indent=99999) }}",
        "{{ range(99999)|batch(1)|list|length ~ range(99999)|slice(2000000000)|list }}",
        "{{ (range(99999)|list * 9)|sort|join('x' * 99999) }}"
      })
  void bombsEnd(String template) {
    TemplateError error = error(template);
    assertFalse(error.getMessage().isBlank());
    assertEquals(-1, error.getMessage().indexOf('\n'));
  }

  @Test
  void nestingIsLimited() {
    int deep = 20_000;
    for (String part : new String[] {"(", "[", "{'a':", "not ", "-", "x.", "f(", "a|upper|"}) {
      error("{{ " + part.repeat(deep) + "1 }}");
    }
    error("{% if 1 %}".repeat(deep));
    error("{% for x in y %}".repeat(deep));
    error("{{ 1" + " + 1".repeat(deep) + " }}");
    error("{{ 1" + " ** 1".repeat(deep) + " }}");
    error("{{ x" + "[0]".repeat(deep) + " }}");
    error("{{ x" + "|list".repeat(deep) + " }}");
    error("{{ 1" + " is defined".repeat(deep) + " }}");
    assertEquals(TemplateError.Kind.LIMIT, error("x".repeat(1 << 21)).kind());
  }

  @Test
  void aDeepValueIsRefused() {
    JsonNode value = JsonNodeFactory.instance.nullNode();
    for (int i = 0; i < 5000; i++) {
      value = JsonNodeFactory.instance.arrayNode().add(value);
    }
    Variables variables = new Variables().set("x", value);
    Template template = Template.parse("{{ x }}");
    assertThrows(TemplateError.class, () -> template.render(variables));
  }

  @Test
  void aLongConversationIsWithinTheLimits() {
    var messages = JsonNodeFactory.instance.arrayNode();
    String text = "some words of a long message ".repeat(100);
    IntStream.range(0, 2000)
        .forEach(i -> messages.addObject().put("role", "user").put("content", text + i));
    Template template =
        Template.parse(
            "{% for m in messages[::-1] %}{% set c = m.content|trim %}{{ m.role + c }}"
                + "{{ '</think>' in c }}{{ c.split('x')[0].strip() }}\n{% endfor %}");
    RenderedText rendered = template.render(new Variables().set("messages", messages));
    assertTrue(rendered.text().length() > 2000 * 2 * 2900);
  }

  // A template may hold such words in a branch that is never used.
  @ParameterizedTest
  @CsvSource(
      delimiterString = " ==> ",
      quoteCharacter = '`',
      value = {
        "a\\n{% block x %}{% endblock %} ==> the tag 'block' is not supported (line 2)",
        "\\n\\n{% include 'x' %} ==> the tag 'include' is not supported (line 3)",
        "{% import 'x' as y %} ==> the tag 'import' is not supported (line 1)",
        "{% do x %} ==> Encountered unknown tag 'do'. (line 1)",
        "{{ x|random }} ==> the filter 'random' is not supported (line 1)",
        "{{ f(*x, *y) }} ==> invalid syntax for function call expression (line 1)",
        "{{ x|nosuch }} ==> No filter named 'nosuch'. (line 1)",
        "{% for m in x %} ==> Unexpected end of template. The innermost block that needs to be"
            + " closed is 'for'. (line 1)",
        "{{ ''.__class__.__mro__ }} ==> access to attribute '__class__' of 'str' object is unsafe."
            + " (line 1)"
      })
  void whatIsNotSupportedIsNamed(String template, String message) {
    assertEquals(message, error(template.replace("\\n", "\n")).getMessage());
  }

  @Test
  void aRaisedErrorHasTheWordsOfTheTemplate() {
    TemplateError error = error("\n{{ raise_exception('Conversation roles must alternate!') }}");
    assertEquals("Conversation roles must alternate!", error.getMessage());
    assertEquals(TemplateError.Kind.RAISED, error.kind());
    assertEquals(2, error.line());
  }
}
