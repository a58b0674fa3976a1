package kvasir.template;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import kvasir.template.Filters.Filter;

/** Filters of texts; values of other types become texts first. */
final class TextFilters {
  static final Map<String, Filter> FILTERS =
      Map.ofEntries(
          Map.entry("upper", of(Letters::upper)),
          Map.entry("lower", of(Letters::lower)),
          Map.entry("capitalize", of(Letters::capitalize)),
          Map.entry("title", of(Letters::titleFilter)),
          Map.entry("string", of(text -> text)),
          Map.entry("safe", of(text -> text.asMarkup(true))),
          Map.entry("escape", of(Letters::escape)),
          Map.entry("forceescape", of(text -> Letters.escape(text.asMarkup(false)))),
          Map.entry("trim", TextFilters::trim),
          Map.entry("replace", TextFilters::replace),
          Map.entry("format", TextFilters::format),
          Map.entry("indent", TextFilters::indent),
          Map.entry("center", TextFilters::center),
          Map.entry("truncate", TextFilters::truncate),
          Map.entry("wordcount", TextFilters::wordCount),
          Map.entry("striptags", TextFilters::stripTags),
          Map.entry("urlencode", TextFilters::urlEncode),
          Map.entry("default", TextFilters::orDefault));

  private TextFilters() {}

  private static Filter of(Function<Text, Text> change) {
    return (subject, arguments, evaluator) -> {
      arguments.bind();
      return change.apply(Printer.str(subject));
    };
  }

  private static Value orDefault(Value subject, Arguments arguments, Evaluator evaluator) {
    Value[] bound = arguments.bind("default_value?", "boolean?");
    boolean falsy = bound[1] != null && Operators.truth(bound[1]) && !Operators.truth(subject);
    if (subject instanceof Undefined || falsy) {
      return bound[0] == null ? Text.EMPTY : bound[0];
    }
    return subject;
  }

  private static Value trim(Value subject, Arguments arguments, Evaluator evaluator) {
    return TextMethods.strip(Printer.str(subject), arguments.bind("chars?")[0], true, true);
  }

  private static Value replace(Value subject, Arguments arguments, Evaluator evaluator) {
    Value[] bound = arguments.bind("old", "new", "count?");
    int most = bound[2] == Value.None.NONE ? -1 : Arguments.whole(bound[2], -1);
    Text text = Printer.str(subject).asMarkup(false);
    return TextMethods.replaced(
        text, Printer.text(bound[0]), Printer.str(bound[1]).asMarkup(false), most);
  }

  private static Value format(Value subject, Arguments arguments, Evaluator evaluator) {
    if (!arguments.positional().isEmpty() && !arguments.named().isEmpty()) {
      throw TemplateError.failed("can't handle positional and keyword arguments at the same time");
    }
    Mapping named = new Mapping();
    arguments.named().forEach((name, value) -> named.put(Text.of(name), value));
    return PercentFormat.format(
        Printer.str(subject),
        arguments.named().isEmpty() ? Sequence.tuple(arguments.positional()) : named);
  }

  private static Value indent(Value subject, Arguments arguments, Evaluator evaluator) {
    Value[] bound = arguments.bind("width?", "first?", "blank?");
    Text width =
        bound[0] instanceof Text text
            ? text
            : new TextBuilder()
                .repeat(Text.of(" "), Math.max(0, Arguments.whole(bound[0], 4)))
                .text();
    boolean first = bound[1] != null && Operators.truth(bound[1]);
    boolean blank = bound[2] != null && Operators.truth(bound[2]);
    Text text = Arguments.text(subject);
    List<Value> lines = Letters.lines(text.plus(Text.of("\n")), false);
    TextBuilder out = new TextBuilder();
    for (int i = 0; i < lines.size(); i++) {
      Text line = (Text) lines.get(i);
      boolean indented = i == 0 ? first : blank || !line.isEmpty();
      out.append(i == 0 ? "" : "\n").append(indented ? width : Text.EMPTY).append(line);
    }
    return out.text().asMarkup(text.isMarkup());
  }

  private static Value center(Value subject, Arguments arguments, Evaluator evaluator) {
    int width = Arguments.whole(arguments.bind("width?")[0], 80);
    return TextMethods.padded(Printer.str(subject), width, Text.of(" "), true, true);
  }

  private static Value truncate(Value subject, Arguments arguments, Evaluator evaluator) {
    Value[] bound = arguments.bind("length?", "killwords?", "end?", "leeway?");
    int length = Arguments.whole(bound[0], 255);
    boolean killWords = bound[1] != null && Operators.truth(bound[1]);
    Text end = bound[2] == null ? Text.of("...") : Arguments.text(bound[2]);
    long leeway = bound[3] == Value.None.NONE ? 5 : Arguments.whole(bound[3], 5);
    if (length < end.length() || leeway < 0) {
      throw TemplateError.failed("expected length >= " + end.length() + ", got " + length);
    }
    if (Operators.length(subject) <= length + leeway) {
      return subject;
    }
    Text text = Arguments.text(subject);
    Text cut = text.part(0, text.offset(length - end.length()));
    int blank = killWords ? -1 : cut.string().lastIndexOf(' ');
    return (blank < 0 ? cut : cut.part(0, blank)).plus(end);
  }

  private static Value wordCount(Value subject, Arguments arguments, Evaluator evaluator) {
    arguments.bind();
    String s = Printer.text(subject);
    long words = 0;
    boolean inside = false;
    for (int i = 0; i < s.length(); i += Character.charCount(s.codePointAt(i))) {
      int c = s.codePointAt(i);
      boolean letter = Character.isLetterOrDigit(c) || c == '_';
      words += letter && !inside ? 1 : 0;
      inside = letter;
    }
    return Value.Int.of(words);
  }

  private static Value stripTags(Value subject, Arguments arguments, Evaluator evaluator) {
    arguments.bind();
    Text text = without(without(Printer.str(subject), "<!--", "-->"), "<", ">");
    List<Text> words = new ArrayList<>();
    TextSplitting.words(text, -1).forEach(word -> words.add((Text) word));
    Text joined = new TextBuilder().join(words, Text.of(" ")).text();
    return joined.map(
        s ->
            s.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&#34;", "\"")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&"));
  }

  private static Text without(Text text, String begin, String end) {
    TextBuilder out = new TextBuilder();
    int from = 0;
    for (int at = text.find(begin, 0); at >= 0; at = text.find(begin, from)) {
      int close = text.find(end, at);
      if (close < 0) {
        break;
      }
      out.append(text, from, at);
      from = close + end.length();
    }
    return out.append(text, from, text.string().length()).text();
  }

  private static Value urlEncode(Value subject, Arguments arguments, Evaluator evaluator) {
    arguments.bind();
    if (subject instanceof Text || !(subject instanceof Mapping || subject instanceof Sequence)) {
      return quoted(Printer.str(subject), true);
    }
    List<Text> pairs = new ArrayList<>();
    List<Value> items =
        subject instanceof Mapping mapping ? mapping.pairs() : Operators.items(subject);
    for (Value pair : items) {
      List<Value> parts = Operators.items(pair);
      if (parts.size() != 2) {
        throw TemplateError.failed("not enough values to unpack (expected 2)");
      }
      Text key = quoted(Printer.str(parts.getFirst()), false);
      pairs.add(key.plus(Text.of("=")).plus(quoted(Printer.str(parts.getLast()), false)));
    }
    return new TextBuilder().join(pairs, Text.of("&")).text();
  }

  private static Text quoted(Text text, boolean path) {
    return text.map(
        s -> {
          String encoded =
              URLEncoder.encode(s, StandardCharsets.UTF_8).replace("*", "%2A").replace("%7E", "~");
          return path ? encoded.replace("+", "%20").replace("%2F", "/") : encoded;
        });
  }
}
