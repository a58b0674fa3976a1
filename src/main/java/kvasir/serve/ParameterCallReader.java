package kvasir.serve;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import kvasir.file.Json;
import kvasir.grammar.ParameterTexts;
import kvasir.serve.ParameterMarks.Found;

/**
 * Reader of one call whose arguments are parameters between marks, as Qwen3-Coder writes them.
 *
 * <pre>
 *   &lt;function=NAME&gt; { &lt;parameter=KEY&gt; LF VALUE LF &lt;/parameter&gt; } &lt;/function&gt;
 * </pre>
 *
 * <p>The call begins with the mark of its first parameter, or with its end. One line feed on each
 * side of a value is not part of it. What ends a value, and that marks may be missing before a
 * parameter that the schema lists and at the end, is as in vLLM's parser for Qwen3-Coder.
 */
final class ParameterCallReader implements CallReader {
  private enum State {
    HEAD,
    BETWEEN,
    VALUE,
    COMPLETE,
    NO_CALL,
    BROKEN
  }

  private final Predicate<String> tools;
  private final Function<String, ParameterTexts> schemas;
  private final StringBuilder pending = new StringBuilder();
  private final StringBuilder arguments = new StringBuilder();
  private final Set<String> keys = new HashSet<>();
  private State state = State.HEAD;
  private String name;
  private ParameterTexts texts;
  private String key;
  private ParameterValue value;
  private boolean begun;

  /**
   * Creates a reader of a call without text.
   *
   * @param tools names of the tools that may be called
   * @param schemas values of the parameters of a tool
   */
  ParameterCallReader(Predicate<String> tools, Function<String, ParameterTexts> schemas) {
    this.tools = tools;
    this.schemas = schemas;
  }

  @Override
  public boolean take(char c) {
    pending.append(c);
    read(false);
    return state != State.NO_CALL && state != State.BROKEN;
  }

  @Override
  public void finish(boolean cut) {
    if (cut) {
      begun = name != null;
      return;
    }
    read(true);
    if (state == State.VALUE) {
      endValue();
    }
    if (begun && state == State.BETWEEN) {
      close();
    }
  }

  private void read(boolean last) {
    boolean more = true;
    while (more) {
      more =
          switch (state) {
            case HEAD -> head(last);
            case BETWEEN -> between(last);
            case VALUE -> value(last);
            case COMPLETE, NO_CALL, BROKEN -> false;
          };
    }
  }

  private boolean head(boolean last) {
    Matcher mark = ParameterMarks.FUNCTION.matcher(pending);
    Found found = ParameterMarks.at(mark, last);
    if (found == Found.YES && tools.test(mark.group(1))) {
      name = mark.group(1);
      texts = schemas.apply(name);
      pending.delete(0, mark.end());
      state = State.BETWEEN;
      return true;
    }
    state = found == Found.PERHAPS ? State.HEAD : State.NO_CALL;
    return false;
  }

  private boolean between(boolean last) {
    while (!pending.isEmpty() && Character.isWhitespace(pending.charAt(0))) {
      pending.deleteCharAt(0);
    }
    if (pending.isEmpty()) {
      return false;
    }
    Matcher mark = ParameterMarks.PARAMETER.matcher(pending);
    Found parameter = ParameterMarks.at(mark, last);
    Found end = ParameterMarks.at(ParameterMarks.END.matcher(pending), last);
    if (parameter == Found.YES) {
      begin(mark.group(1));
      pending.delete(0, mark.end());
    } else if (end == Found.YES) {
      close();
    } else if (parameter == Found.NO && end == Found.NO) {
      state = begun ? State.BROKEN : State.NO_CALL;
    }
    return parameter == Found.YES;
  }

  private void begin(String parameter) {
    key = parameter;
    arguments.append(keys.isEmpty() ? '{' : ',').append(Json.line(key)).append(':');
    keys.add(key);
    arguments.append(texts.isText(key) ? "\"" : "");
    value = new ParameterValue(other -> texts.lists(other) && !keys.contains(other));
    begun = true;
    state = State.VALUE;
  }

  private boolean value(boolean last) {
    ParameterValue.Step step = value.read(pending, last);
    if (step == ParameterValue.Step.MORE) {
      return false;
    }
    endValue();
    if (step == ParameterValue.Step.CALL_ENDED) {
      close();
    }
    return true;
  }

  private void endValue() {
    if (texts.isText(key)) {
      addText();
      arguments.append('"');
    } else {
      arguments.append(texts.json(key, value.take()));
    }
    state = State.BETWEEN;
  }

  private void addText() {
    String quoted = Json.line(value.take());
    arguments.append(quoted, 1, quoted.length() - 1);
  }

  private void close() {
    arguments.append(keys.isEmpty() ? "{}" : "}");
    begun = true;
    state = State.COMPLETE;
  }

  @Override
  public boolean begun() {
    return begun;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String takeArguments() {
    if (state == State.VALUE && texts.isText(key)) {
      addText();
    }
    String text = arguments.toString();
    arguments.setLength(0);
    return text;
  }

  @Override
  public boolean complete() {
    return state == State.COMPLETE;
  }

  @Override
  public boolean over() {
    return state == State.COMPLETE || state == State.NO_CALL || state == State.BROKEN;
  }
}
