package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code template}. */
class TemplateCommandTest {
  @TempDir Path folder;
  private Path template;
  private Path input;

  @BeforeEach
  void write() throws IOException {
    template =
        Files.writeString(
            folder.resolve("chat.jinja"),
            "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
                + "{{ tools }}{{ x }}{{ strftime_now('%Y') }}{{ raise_exception(bad) if bad }}");
    input = folder.resolve("chat.jsonl");
  }

  private Launch.Result run(String line) throws IOException {
    Files.writeString(input, line);
    return Launch.here("template", "--template", template.toString(), "--input", input.toString());
  }

  @Test
  void aLineInIsALineOut() throws IOException {
    Launch.Result result =
        run(
            """
            {"messages":[{"role":"user","content":"é\\"🙂"}],"now":"2026-07-26T12:00:00","x":1.0}

            {"messages":[],"bos_token":"<s>","now":"2025-07-26T12:00:00","extra":{"x":[null]}}
            {"messages":[],"bos_token":null,"bad":"Roles must alternate"}
            {"messages":7}
            """);
    assertEquals(0, result.code(), result.err());
    assertEquals(
        List.of(
            "{\"text\":\"user: é\\\"🙂\\nNone1.02026\"}",
            "{\"text\":\"<s>None[None]2025\"}",
            "{\"error\":\"Roles must alternate\"}",
            "{\"error\":\"'int' object is not iterable (line 1)\"}"),
        result.out().lines().toList());
  }

  @Test
  void aTemplateThatIsNotValidIsAnErrorOfEachLine() throws IOException {
    Files.writeString(template, "{% if x %}");
    assertEquals(
        "{\"error\":\"Unexpected end of template. The innermost block that needs to be closed is"
            + " 'if'. (line 1)\"}\n",
        run("{}").out());
  }

  @Test
  void wrongUseIsNamed() throws IOException {
    run("[]").assertRefused("line 1: is not a JSON object");
    run("{\"now\":\"today\"}").assertRefused("\"now\" is not a time");
    Launch.here("template", "--input", input.toString()).assertRefused("either");
    String model = "experiments/demo-model/model";
    Launch.here("template", "--model", model, "--template", "x", "--input", input.toString())
        .assertRefused("either");
    Launch.here("template", "--template", folder + "/none", "--input", input.toString())
        .assertRefused("no such file");
  }
}
