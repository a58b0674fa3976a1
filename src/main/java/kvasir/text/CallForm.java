package kvasir.text;

/** Form in which models write calls of tools. Each call is a JSON object. */
public enum CallForm {
  /** The form of Hermes and Qwen models: each call stands between two marks. */
  HERMES("<tool_call>", "</tool_call>", "arguments"),

  /** The form of Llama 3: an answer is a call, or a call follows a mark. */
  LLAMA("<|python_tag|>", "", "parameters");

  private final String mark;
  private final String endMark;
  private final String argumentsKey;

  CallForm(String mark, String endMark, String argumentsKey) {
    this.mark = mark;
    this.endMark = endMark;
    this.argumentsKey = argumentsKey;
  }

  /**
   * Returns the form that a template asks for; the first one if it asks for none.
   *
   * @param template text of the template
   */
  static CallForm of(String template) {
    boolean llama =
        !template.contains(HERMES.mark)
            && (template.contains(LLAMA.mark)
                || (template.contains("<|start_header_id|>")
                    && template.contains("\"parameters\": ")));
    return llama ? LLAMA : HERMES;
  }

  /** Returns the mark before a call, which may be missing in answers of Llama 3. */
  public String mark() {
    return mark;
  }

  /** Returns the mark behind a call; empty if there is none. */
  public String endMark() {
    return endMark;
  }

  /** Returns whether an answer may begin with a call that has no mark. */
  public boolean markMayBeMissing() {
    return this == LLAMA;
  }

  /** Returns the text of a call before the name of the tool: a blank and a JSON string. */
  public String begin() {
    return (markMayBeMissing() ? "" : mark + "\n") + "{\"name\":";
  }

  /** Returns the text between the name of the tool and the arguments: a blank and an object. */
  public String between() {
    return ", \"" + argumentsKey + "\":";
  }

  /** Returns the text behind the arguments. */
  public String end() {
    return "}" + (endMark.isEmpty() ? "" : "\n" + endMark);
  }
}
