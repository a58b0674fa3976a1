package kvasir.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.function.Predicate;
import kvasir.file.Json;

/**
 * Reader of one call that is a JSON object with a name and arguments, in any order and besides
 * other fields. The call begins as soon as its name is known and its arguments begin. It ends where
 * its object ends.
 */
final class JsonCallReader implements CallReader {
  private enum State {
    OPEN,
    FIRST_KEY,
    KEY,
    COLON,
    VALUE,
    COMMA,
    COMPLETE,
    NO_CALL,
    BROKEN
  }

  private static final String EMPTY = "{}";

  private final Predicate<String> tools;
  private final StringBuilder captured = new StringBuilder();
  private final StringBuilder arguments = new StringBuilder();
  private State state = State.OPEN;
  private JsonSpan span;
  private String key = "";
  private String name;
  private boolean argumentsBegun;
  private boolean argumentsEnded;
  private boolean begun;

  /**
   * Creates a reader of a call without text.
   *
   * @param tools names of the tools that may be called
   */
  JsonCallReader(Predicate<String> tools) {
    this.tools = tools;
  }

  @Override
  public boolean take(char c) {
    return switch (state) {
      case OPEN -> c == '{' ? to(State.FIRST_KEY) : wrong();
      case FIRST_KEY, KEY -> span == null ? beforeKey(c) : key(c);
      case COLON -> isBlank(c) || (c == ':' ? value() : wrong());
      case VALUE -> (span == null && isBlank(c)) || value(c);
      case COMMA -> isBlank(c) || behindValue(c);
      case COMPLETE, NO_CALL, BROKEN -> false;
    };
  }

  @Override
  public void finish(boolean cut) {
    // Nothing is held back.
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }

  private boolean to(State next) {
    state = next;
    span = null;
    return true;
  }

  private boolean wrong() {
    state = begun ? State.BROKEN : State.NO_CALL;
    return false;
  }

  private boolean beforeKey(char c) {
    if (c == '}' && state == State.FIRST_KEY) {
      return end();
    }
    if (c == '"') {
      span = new JsonSpan();
      captured.setLength(0);
      return key(c);
    }
    return isBlank(c) || wrong();
  }

  private boolean key(char c) {
    captured.append(c);
    if (span.take(c) == JsonSpan.Step.LAST) {
      key = string().orElse("");
      to(State.COLON);
    }
    return true;
  }

  private boolean value() {
    to(State.VALUE);
    captured.setLength(0);
    argumentsBegun |= isArguments();
    begin();
    return true;
  }

  private boolean isArguments() {
    return !argumentsEnded && (key.equals("arguments") || key.equals("parameters"));
  }

  private boolean value(char c) {
    if (span == null) {
      span = new JsonSpan();
    }
    JsonSpan.Step step = span.take(c);
    if (step == JsonSpan.Step.WRONG) {
      return wrong();
    }
    if (step != JsonSpan.Step.BEHIND) {
      captured.append(c);
      if (isArguments() && isContainer()) {
        arguments.append(c);
      }
    }
    if (step == JsonSpan.Step.INSIDE) {
      return true;
    }
    to(State.COMMA);
    boolean known = valueEnded();
    return known && (step == JsonSpan.Step.LAST || behindValue(c));
  }

  private boolean isContainer() {
    return captured.charAt(0) == '{' || captured.charAt(0) == '[';
  }

  private boolean valueEnded() {
    if (isArguments()) {
      argumentsEnded = true;
      if (!isContainer()) {
        arguments.append(plainArguments());
      }
    } else if (key.equals("name") && name == null) {
      Optional<String> text = string().filter(tools);
      if (text.isEmpty()) {
        return wrong();
      }
      name = text.get();
    }
    begin();
    return true;
  }

  /** Returns arguments that are not an object: some models write the object into a string. */
  private String plainArguments() {
    String text = string().orElse(captured.toString());
    return text.isBlank() || text.equals("null") ? EMPTY : text;
  }

  private Optional<String> string() {
    try {
      JsonNode value = Json.read(captured.toString());
      return value.isTextual() ? Optional.of(value.textValue()) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private boolean behindValue(char c) {
    if (c == ',') {
      return to(State.KEY);
    }
    if (c == '}') {
      return end();
    }
    // Small models forget the last bracket, which changes nothing once the arguments are whole.
    if (begun && argumentsEnded && !isBlank(c)) {
      state = State.COMPLETE;
      return false;
    }
    return isBlank(c) || wrong();
  }

  private boolean end() {
    if (name == null) {
      state = State.NO_CALL;
      return true;
    }
    if (!argumentsBegun) {
      argumentsBegun = true;
      arguments.append(EMPTY);
    }
    begin();
    state = State.COMPLETE;
    return true;
  }

  private void begin() {
    begun = begun || (name != null && argumentsBegun);
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
    String text = arguments.toString();
    arguments.setLength(0);
    return text;
  }

  @Override
  public boolean complete() {
    return begun && (argumentsEnded || state == State.COMPLETE);
  }

  @Override
  public boolean over() {
    return state == State.COMPLETE || state == State.NO_CALL || state == State.BROKEN;
  }
}
