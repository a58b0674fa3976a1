package kvasir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.Optional;
import kvasir.error.UserError;
import kvasir.template.TemplateError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources of chat templates, and the form in which they get messages. */
class ChatTemplateTest {
  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final LocalDateTime NOW = LocalDateTime.of(2026, 7, 26, 12, 0);

  /** A template that takes contents as texts, as most do. */
  private static final String TEXTS =
      "{% for m in messages %}<{{ m.role }}>{{ m.content + '' }}{% endfor %}"
          + "{% if add_generation_prompt %}<assistant>{% endif %}";

  /** A template that takes contents as texts and as lists of parts. */
  private static final String BOTH =
      "{% for m in messages %}<{{ m.role }}>{% if m.content is string %}{{ m.content }}{% else %}"
          + "{% for p in m.content %}[{{ p.text }}]{% endfor %}{% endif %}{% endfor %}";

  /** A template that takes contents as lists of parts only. */
  private static final String PARTS =
      "{% for m in messages %}<{{ m.role }}>{% for p in m.content %}{{ p['text'] }}"
          + "{% endfor %}{% endfor %}";

  @TempDir Path folder;

  private static ArrayNode messages(String json) {
    try {
      return (ArrayNode) JSON.readTree(json.replace('\'', '"'));
    } catch (IOException e) {
      throw new IllegalStateException(json, e);
    }
  }

  private static ChatTemplate template(String source) {
    return ChatTemplate.of("the template", source, Optional.of("<s>"), Optional.empty());
  }

  private static String rendered(String source, String messages) {
    ChatInput input = new ChatInput(messages(messages), null, null, false, false, Map.of(), NOW);
    return template(source).render(input).text();
  }

  private static String continued(String source, String messages) {
    ChatInput input = new ChatInput(messages(messages), null, null, false, true, Map.of(), NOW);
    return template(source).render(input).text();
  }

  @Test
  void partsAreJoinedForTemplatesThatTakeTextsS26() {
    String two =
        "[{'role':'user','content':[{'type':'text','text':'Who"
            + " '},{'type':'text','text':'lives'}]}]";
    String one = "[{'role':'user','content':[{'type':'text','text':'Who'}]}]";
    assertEquals("<user>Who \nlives", rendered(TEXTS, two));
    assertEquals("<user>[Who ][lives]", rendered(BOTH, two));
    assertEquals("<user>Who lives", rendered(PARTS, two));
    assertEquals("<user>Who", rendered(TEXTS, one));
    assertEquals("<user>Who", rendered(BOTH, one));
    assertEquals("<user>Who", rendered(PARTS, "[{'role':'user','content':'Who'}]"));
  }

  @Test
  void noContentIsTheEmptyTextS27() {
    String none =
        "[{'role':'user','content':'a'},{'role':'assistant','content':null},"
            + "{'role':'assistant','tool_calls':null}]";
    assertEquals("<user>a<assistant><assistant>", rendered(TEXTS, none));
  }

  @Test
  void developerIsSystemWhereTheTemplateDoesNotKnowItS28() {
    String developer = "[{'role':'developer','content':'a'}]";
    assertEquals("<system>a", rendered(TEXTS, developer));
    assertEquals("<developer>a", rendered("{# developer #}" + TEXTS, developer));
  }

  @Test
  void aTemplateThatRaisesHasItsOwnWordsS29() {
    TemplateError error =
        assertThrows(
            TemplateError.class,
            () -> rendered("{{ raise_exception('Roles must alternate') }}", "[]"));
    assertEquals("Roles must alternate", error.getMessage());
    UserError broken = assertThrows(UserError.class, () -> template("{{ x|nosuch }}"));
    assertEquals(
        "the template: No filter named 'nosuch'. (line 1); correct the chat template",
        broken.getMessage());
  }

  @Test
  void theLastMessageIsContinuedS30() {
    String end = "{% for m in messages %}<{{ m.role }}>{{ m.content|trim }}</s>{% endfor %}";
    String turns =
        "[{'role':'user','content':'Which code?'},{'role':'assistant','content':'The code of '}]";
    assertEquals("<user>Which code?</s><assistant>The code of ", continued(end, turns));
    assertEquals("<user>Which code?<assistant>The code of ", continued(BOTH, turns));
    assertEquals(
        "<user></s><assistant>",
        continued(end, "[{'role':'user','content':''}," + "{'role':'assistant','content':''}]"));
    assertThrows(TemplateError.class, () -> continued("nothing", turns));
    assertThrows(TemplateError.class, () -> continued(end, "[]"));
  }

  @Test
  void argumentsOfCallsAreObjectsS48() {
    String source =
        "{% for c in messages[0].tool_calls %}{{ c.function.arguments|tojson }};{% endfor %}";
    String calls = "[{'role':'assistant','tool_calls':[%s]}]";
    String call = "{'function':{'name':'f','arguments':%s}}";
    String all =
        String.join(
            ",",
            call.formatted("'{\\'a\\':1}'"),
            call.formatted("{'a':1}"),
            call.formatted("''"),
            call.formatted("'{\\'a\\':'"));
    assertEquals(
        "{\"a\": 1};{\"a\": 1};{};\"{\\\"a\\\":\";", rendered(source, calls.formatted(all)));
  }

  @Test
  void variablesOfTheModelAndOfTheRequest() {
    String source =
        "{{ bos_token }}{{ eos_token }}{{ x }}{{ strftime_now('%d %b %Y') }}{{ tools }}";
    ChatInput input =
        new ChatInput(
            messages("[]"), null, null, false, false, Map.of("x", JSON.valueToTree(5)), NOW);
    assertEquals("<s>526 Jul 2026None", template(source).render(input).text());
  }

  @Test
  void templatesOfADirectory() throws IOException {
    assertEquals(Optional.empty(), ChatTemplate.open(folder));
    Path config = folder.resolve("tokenizer_config.json");
    Files.writeString(
        config,
        "{'chat_template':[{'name':'tool_use','template':'T'},{'name':'default','template':'D'}],"
                .replace('\'', '"')
            + "\"bos_token\":{\"content\":\"<b>\"},\"eos_token\":null}");
    ChatTemplate named = ChatTemplate.open(folder).orElseThrow();
    ChatInput plain = ChatInput.of(messages("[]"), NOW);
    ArrayNode tools = messages("[{'type':'function'}]");
    ChatInput withTools = new ChatInput(messages("[]"), tools, null, true, false, Map.of(), NOW);
    assertEquals("D", named.render(plain).text());
    assertEquals("T", named.render(withTools).text());
    Files.writeString(config, "{\"chat_template\":\"one {{ bos_token }}\",\"bos_token\":\"<b>\"}");
    assertEquals("one <b>", ChatTemplate.open(folder).orElseThrow().render(plain).text());
    Files.writeString(folder.resolve("chat_template.jinja"), "file {{ bos_token }}\n");
    assertEquals("file <b>", ChatTemplate.open(folder).orElseThrow().render(plain).text());
  }
}
