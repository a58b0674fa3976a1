package kvasir.template;

import java.util.List;

/** Methods that look for a part of a text. */
final class TextSearch {
  private TextSearch() {}

  /** Returns the part of a text between two indices, as a slice has it. */
  private static Text window(Text text, Value start, Value stop) {
    return start == null && stop == null
        ? text
        : (Text)
            Attributes.slice(
                text,
                start == null ? Value.None.NONE : start,
                stop == null ? Value.None.NONE : stop,
                Value.None.NONE);
  }

  /** Returns whether a text begins or ends with another one, or with one of several. */
  static Value touches(Text text, Arguments given, boolean begin) {
    Value[] bound = given.bind(begin ? "prefix" : "suffix", "start?", "end?");
    String s = window(text, bound[1], bound[2]).string();
    boolean many = bound[0] instanceof Sequence tuple && tuple.kind() == Sequence.Kind.TUPLE;
    List<Value> searched = many ? ((Sequence) bound[0]).items() : List.of(bound[0]);
    for (Value each : searched) {
      if (!(each instanceof Text part)) {
        throw each instanceof Undefined undefined
            ? undefined.error()
            : TemplateError.failed(
                "%s first arg must be str or a tuple of str, not %s"
                    .formatted(given.function(), each.typeName()));
      }
      Meter.spendText(part.string().length());
      if (begin ? s.startsWith(part.string()) : s.endsWith(part.string())) {
        return new Value.Bool(true);
      }
    }
    return new Value.Bool(false);
  }

  /** Returns the index of a part; -1 or an error if the text does not contain it. */
  static Value find(Text text, Arguments given, boolean last, boolean required) {
    Value[] bound = given.bind("sub", "start?", "end?");
    String part = Arguments.text(bound[0]).string();
    Text window = window(text, bound[1], bound[2]);
    Meter.spendSearch(window.string().length(), part.length());
    int at = last ? window.string().lastIndexOf(part) : window.string().indexOf(part);
    if (at < 0 && required) {
      throw TemplateError.failed("substring not found");
    }
    int skipped = bound[1] == null ? 0 : text.length() - window(text, bound[1], null).length();
    return Value.Int.of(at < 0 ? -1 : skipped + window.string().codePointCount(0, at));
  }

  /** Returns the number of places of a part that do not overlap. */
  static Value count(Text text, Arguments given) {
    Value[] bound = given.bind("sub", "start?", "end?");
    String part = Arguments.text(bound[0]).string();
    Text window = window(text, bound[1], bound[2]);
    if (part.isEmpty()) {
      return Value.Int.of(window.length() + 1L);
    }
    long count = 0;
    for (int at = window.find(part, 0); at >= 0; at = window.find(part, at + part.length())) {
      count++;
    }
    return Value.Int.of(count);
  }

  /** Returns a text without another one at its beginning or end. */
  static Value without(Text text, Arguments given, boolean begin) {
    String part = Arguments.text(given.bind(begin ? "prefix" : "suffix")[0]).string();
    String s = text.string();
    if (begin && s.startsWith(part)) {
      return text.part(part.length(), s.length());
    }
    return !begin && s.endsWith(part) ? text.part(0, s.length() - part.length()) : text;
  }
}
