package kvasir.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import kvasir.cli.option.UserText;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.file.StrictJson;
import kvasir.template.Template;
import kvasir.template.TemplateError;
import kvasir.template.Variables;
import kvasir.text.ChatTemplateFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "template",
    mixinStandardHelpOptions = true,
    description =
        "Render a chat template: one JSON object a line in, with its variables; one a line out,"
            + " with \"text\" or \"error\".")
final class TemplateCommand implements Callable<Integer> {
  private static final String TEMPLATE = "--template";
  private static final String INPUT = "--input";
  private static final List<String> ALWAYS_DEFINED =
      List.of("tools", "documents", "add_generation_prompt");
  private static final Set<String> TOKENS = Set.of("bos_token", "eos_token");

  @ParentCommand KvasirCommand kvasir;

  @Option(
      names = TEMPLATE,
      paramLabel = "FILE",
      description = "The template, a file of Jinja. Either this or --model.")
  Path template;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "The model whose template is rendered: its directory, or a GGUF file. Its tokens that"
              + " begin and end a text are variables, unless a line has its own.")
  Path model;

  @Option(
      names = INPUT,
      required = true,
      paramLabel = "FILE",
      description =
          "The conversations: a file, or - for standard input. Each line has \"messages\" and any"
              + " other variables; \"now\" is the time that the template sees.")
  Path input;

  @Override
  public Integer call() {
    if ((template == null) == (model == null)) {
      throw new UserError(
          TEMPLATE, "give either this option or --model", "see kvasir template --help");
    }
    ChatTemplateFiles source =
        model == null
            ? ChatTemplateFiles.of(
                TEMPLATE + " " + template, new UserText(TEMPLATE, template).read())
            : ChatTemplateFiles.read(model);
    if (source.templates().isEmpty()) {
      throw new UserError("--model " + model, "has no chat template", "give " + TEMPLATE);
    }
    String text = new UserText(INPUT, input).read();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (!line.isBlank()) {
        String where = INPUT + " " + input + " line " + number;
        kvasir
            .output()
            .json(rendered(source, StrictJson.object(where, line, "correct the line"), where));
      }
    }
    return ExitCodes.DONE;
  }

  private static Map<String, String> rendered(
      ChatTemplateFiles source, ObjectNode line, String where) {
    try {
      boolean tools = line.path("tools").isArray() && !line.path("tools").isEmpty();
      Template parsed = Template.parse(source.templates().get(source.chosen(tools)));
      return Map.of("text", parsed.render(variables(source, line, where)).text());
    } catch (TemplateError e) {
      return Map.of("error", e.getMessage());
    }
  }

  private static Variables variables(ChatTemplateFiles source, ObjectNode line, String where) {
    Variables variables = new Variables();
    source.begin().ifPresent(token -> variables.setTrusted("bos_token", token));
    source.end().ifPresent(token -> variables.setTrusted("eos_token", token));
    ALWAYS_DEFINED.forEach(name -> variables.set(name, NullNode.instance));
    line.path("extra").properties().forEach(f -> variables.set(f.getKey(), f.getValue()));
    for (Map.Entry<String, JsonNode> field : line.properties()) {
      JsonNode value = field.getValue();
      if (field.getKey().equals("now")) {
        if (!value.isNull()) {
          variables.now(time(value, where));
        }
      } else if (TOKENS.contains(field.getKey()) && value.isNull()) {
        variables.unset(field.getKey());
      } else {
        variables.set(field.getKey(), value);
      }
    }
    return variables;
  }

  private static LocalDateTime time(JsonNode value, String where) {
    try {
      return LocalDateTime.parse(value.asText());
    } catch (DateTimeException e) {
      throw new UserError(where, "\"now\" is not a time", "write it as 2026-07-26T12:00:00", e);
    }
  }
}
