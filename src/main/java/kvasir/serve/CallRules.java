package kvasir.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import java.util.regex.Pattern;
import kvasir.grammar.ParameterTexts;
import kvasir.text.CallForm;

/**
 * Rules by which calls of tools are found in an answer.
 *
 * @param form form in which the model writes calls
 * @param tools schemas of the arguments of the tools, by their names
 * @param limit largest number of calls; the answer ends behind the last one
 * @param forced whether the answer consists of calls alone
 * @param prefix beginning of the answer that the prompt ends with
 */
record CallRules(
    CallForm form, Map<String, JsonNode> tools, int limit, boolean forced, String prefix) {
  /**
   * Names that cannot be those of tools: models that speak of calls write such ones as examples.
   * vLLM has the same rule.
   */
  private static final Pattern NO_NAME = Pattern.compile("[{}\"'\\s]");

  CallRules {
    tools = Map.copyOf(tools);
  }

  /** Returns a reader of a call, without text. */
  CallReader reader(boolean marked) {
    return form.parameters()
        ? new ParameterCallReader(
            name -> tools.containsKey(name) || (marked && !NO_NAME.matcher(name).find()),
            name ->
                new ParameterTexts(tools.getOrDefault(name, JsonNodeFactory.instance.objectNode())))
        : new JsonCallReader(this::allows);
  }

  /** Returns whether a call may have this name. */
  private boolean allows(String name) {
    // Behind a mark a call of an unknown tool is still a call, which clients can answer.
    return !name.isEmpty() && (!form.markMayBeMissing() || tools.containsKey(name));
  }
}
