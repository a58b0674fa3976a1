package kvasir.text;

import java.util.List;
import java.util.regex.Pattern;
import kvasir.file.Json;

/** Form in which models write calls of tools. */
public enum CallForm {
  /** The form of Hermes and Qwen models: each call is a JSON object between two marks. */
  HERMES("<tool_call>", "</tool_call>", "{\"name\":", "arguments"),

  /** The form of Llama 3: an answer is a JSON object, or one follows a mark. */
  LLAMA("<|python_tag|>", "", "{\"name\":", "parameters"),

  /** The form of Qwen3-Coder: each argument is a parameter between marks of its own. */
  PARAMETERS("<tool_call>", "</tool_call>", "<function=", "");

  /** Names that end at the mark behind them. */
  private static final Pattern NAME = Pattern.compile("[^<>\\n]{1,128}");

  private static final String PARAMETER = "<parameter=";
  private static final String FUNCTION_END = "</function>";

  private final String mark;
  private final String endMark;
  private final String opening;
  private final String argumentsKey;

  CallForm(String mark, String endMark, String opening, String argumentsKey) {
    this.mark = mark;
    this.endMark = endMark;
    this.opening = opening;
    this.argumentsKey = argumentsKey;
  }

  /**
   * Returns the form that a template asks for; the first one if it asks for none.
   *
   * @param template text of the template
   */
  static CallForm of(String template) {
    if (template.contains(PARAMETERS.opening) && template.contains(PARAMETER)) {
      return PARAMETERS;
    }
    boolean llama =
        !template.contains(HERMES.mark)
            && (template.contains(LLAMA.mark)
                || (template.contains("<|start_header_id|>")
                    && template.contains("\"parameters\": ")));
    return llama ? LLAMA : HERMES;
  }

  /** Returns the mark before a call, which models may forget. */
  public String mark() {
    return mark;
  }

  /**
   * Returns the texts that show that a call may follow: the mark, and the opening of a call that is
   * a mark itself.
   */
  public List<String> marks() {
    return parameters() ? List.of(mark, opening) : List.of(mark);
  }

  /** Returns the mark behind a call; empty if there is none. */
  public String endMark() {
    return endMark;
  }

  /** Returns the first character of a call behind its mark. */
  public char first() {
    return opening.charAt(0);
  }

  /** Returns whether arguments are single parameters, and not a JSON object. */
  public boolean parameters() {
    return this == PARAMETERS;
  }

  /** Returns whether an answer may begin with a JSON object that has no mark and is a call. */
  public boolean markMayBeMissing() {
    return this == LLAMA;
  }

  /** Returns the text of a call before the name of the tool. */
  public String begin() {
    return (markMayBeMissing() ? "" : mark + "\n") + opening;
  }

  /** Returns the name of a tool, and the text up to its arguments. */
  public String named(String tool) {
    return parameters() ? tool + ">\n" : " %s, \"%s\":".formatted(Json.line(tool), argumentsKey);
  }

  /** Returns whether calls can have the name of a tool. */
  public boolean spells(String tool) {
    return !parameters() || NAME.matcher(tool).matches();
  }

  /** Returns what stands before the arguments. */
  public String beforeArguments() {
    return parameters() ? "" : " ";
  }

  /** Returns what shows that the arguments are complete; empty if they show it themselves. */
  public String behindArguments() {
    return parameters() ? FUNCTION_END : "";
  }

  /** Returns the text behind the arguments of a call that others may follow. */
  public String end() {
    return parameters() ? "\n" + endMark : "}" + (endMark.isEmpty() ? "" : "\n" + endMark);
  }
}
