package kvasir.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** The filter {@code tojson} of Hugging Face transformers: Python's {@code json.dumps}. */
final class JsonText {
  private final TextBuilder out = new TextBuilder();
  private final boolean ascii;
  private final Text indent;
  private final Text itemSeparator;
  private final Text keySeparator;
  private final boolean sorted;

  private JsonText(Value[] bound) {
    ascii = bound[0] != null && Operators.truth(bound[0]);
    indent = indent(bound[1]);
    sorted = bound[3] != null && Operators.truth(bound[3]);
    if (bound[2] == null || bound[2] == Value.None.NONE) {
      itemSeparator = Text.of(indent == null ? ", " : ",");
      keySeparator = Text.of(": ");
    } else {
      List<Value> pair = Operators.items(bound[2]);
      if (pair.size() != 2) {
        throw TemplateError.failed("separators must be a pair");
      }
      itemSeparator = Arguments.text(pair.getFirst());
      keySeparator = Arguments.text(pair.getLast());
    }
  }

  private static Text indent(Value value) {
    if (value == null || value == Value.None.NONE) {
      return null;
    }
    if (value instanceof Text text) {
      return text;
    }
    return new TextBuilder().repeat(Text.of(" "), Math.max(0, Arguments.whole(value, 0))).text();
  }

  /** Returns a value as JSON; texts in it keep their origin. */
  static Value filter(Value value, Arguments arguments, Evaluator evaluator) {
    JsonText json =
        new JsonText(arguments.bind("ensure_ascii?", "indent?", "separators?", "sort_keys?"));
    json.write(value, 0);
    return json.out.text();
  }

  private void write(Value value, int depth) {
    Limits.nesting(depth);
    switch (value) {
      case Text text -> quote(text);
      case Value.None none -> out.append("null");
      case Value.Bool(boolean truth) -> out.append(truth ? "true" : "false");
      case Value.Int(BigInteger number) -> out.append(number.toString());
      case Value.Real(double number) -> out.append(real(number));
      case Mapping mapping -> write(mapping, depth);
      case Sequence sequence when sequence.isList() || sequence.kind() == Sequence.Kind.TUPLE ->
          write(sequence, depth);
      default ->
          throw TemplateError.failed(
              "Object of type " + value.typeName() + " is not JSON serializable");
    }
  }

  private static String real(double number) {
    if (Double.isNaN(number)) {
      return "NaN";
    }
    return Double.isInfinite(number)
        ? (number > 0 ? "Infinity" : "-Infinity")
        : Printer.real(number);
  }

  private void write(Sequence sequence, int depth) {
    if (sequence.size() == 0) {
      out.append("[]");
      return;
    }
    out.append("[");
    for (int i = 0; i < sequence.size(); i++) {
      begin(i, depth);
      write(sequence.items().get(i), depth + 1);
    }
    end(depth);
    out.append("]");
  }

  private void write(Mapping mapping, int depth) {
    if (mapping.size() == 0) {
      out.append("{}");
      return;
    }
    List<Value> keys = new ArrayList<>(mapping.keys());
    if (sorted) {
      keys.sort(Operators.order());
    }
    out.append("{");
    for (int i = 0; i < keys.size(); i++) {
      begin(i, depth);
      quote(key(keys.get(i)));
      out.append(keySeparator);
      write(mapping.get(keys.get(i)), depth + 1);
    }
    end(depth);
    out.append("}");
  }

  private static Text key(Value key) {
    return switch (key) {
      case Text text -> text;
      case Value.None none -> Text.of("null");
      case Value.Bool(boolean truth) -> Text.of(truth ? "true" : "false");
      case Value.Int number -> Printer.str(number);
      case Value.Real(double number) -> Text.of(real(number));
      default ->
          throw TemplateError.failed(
              "keys must be str, int, float, bool or None, not " + key.typeName());
    };
  }

  private void begin(int index, int depth) {
    if (index > 0) {
      out.append(itemSeparator);
    }
    if (indent != null) {
      out.append("\n").repeat(indent, depth + 1L);
    }
  }

  private void end(int depth) {
    if (indent != null) {
      out.append("\n").repeat(indent, depth);
    }
  }

  private void quote(Text text) {
    out.append("\"").append(text.map(this::escaped)).append("\"");
  }

  private String escaped(String run) {
    StringBuilder escaped = new StringBuilder(run.length() + 2);
    for (int i = 0; i < run.length(); i++) {
      char c = run.charAt(i);
      switch (c) {
        case '"' -> escaped.append("\\\"");
        case '\\' -> escaped.append("\\\\");
        case '\n' -> escaped.append("\\n");
        case '\r' -> escaped.append("\\r");
        case '\t' -> escaped.append("\\t");
        case '\b' -> escaped.append("\\b");
        case '\f' -> escaped.append("\\f");
        default -> {
          if (c < 0x20 || (ascii && c > 0x7e)) {
            escaped.append(String.format("\\u%04x", (int) c));
          } else {
            escaped.append(c);
          }
        }
      }
    }
    return escaped.toString();
  }
}
