package kvasir.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntPredicate;

/** Methods of texts. */
final class TextMethods {
  /** Method of a text: computes a value from its arguments. */
  @FunctionalInterface
  private interface Method {
    Value call(Text text, Arguments arguments);
  }

  private static final Map<String, Method> METHODS =
      Map.ofEntries(
          Map.entry("strip", (text, given) -> strip(text, given, true, true)),
          Map.entry("lstrip", (text, given) -> strip(text, given, true, false)),
          Map.entry("rstrip", (text, given) -> strip(text, given, false, true)),
          Map.entry("upper", (text, given) -> changed(text, given, Letters::upper)),
          Map.entry("lower", (text, given) -> changed(text, given, Letters::lower)),
          Map.entry("casefold", (text, given) -> changed(text, given, Letters::lower)),
          Map.entry("capitalize", (text, given) -> changed(text, given, Letters::capitalize)),
          Map.entry("title", (text, given) -> changed(text, given, Letters::titleWords)),
          Map.entry("swapcase", (text, given) -> changed(text, given, TextMethods::swapped)),
          Map.entry("split", TextMethods::split),
          Map.entry("rsplit", TextSplitting::rightSplit),
          Map.entry("splitlines", TextMethods::splitLines),
          Map.entry("partition", (text, given) -> TextSplitting.partition(text, given, false)),
          Map.entry("rpartition", (text, given) -> TextSplitting.partition(text, given, true)),
          Map.entry("join", TextMethods::join),
          Map.entry("replace", TextMethods::replace),
          Map.entry("startswith", (text, given) -> TextSearch.touches(text, given, true)),
          Map.entry("endswith", (text, given) -> TextSearch.touches(text, given, false)),
          Map.entry("find", (text, given) -> TextSearch.find(text, given, false, false)),
          Map.entry("rfind", (text, given) -> TextSearch.find(text, given, true, false)),
          Map.entry("index", (text, given) -> TextSearch.find(text, given, false, true)),
          Map.entry("rindex", (text, given) -> TextSearch.find(text, given, true, true)),
          Map.entry("count", TextSearch::count),
          Map.entry("removeprefix", (text, given) -> TextSearch.without(text, given, true)),
          Map.entry("removesuffix", (text, given) -> TextSearch.without(text, given, false)),
          Map.entry("format", BraceFormat::format),
          Map.entry("center", (text, given) -> padded(text, given, true, true)),
          Map.entry("ljust", (text, given) -> padded(text, given, false, true)),
          Map.entry("rjust", (text, given) -> padded(text, given, true, false)),
          Map.entry("zfill", TextMethods::filled),
          Map.entry("isdigit", (text, given) -> all(text, given, Character::isDigit)),
          Map.entry("isdecimal", (text, given) -> all(text, given, Character::isDigit)),
          Map.entry("isnumeric", (text, given) -> all(text, given, Character::isDigit)),
          Map.entry("isalpha", (text, given) -> all(text, given, Character::isLetter)),
          Map.entry("isalnum", (text, given) -> all(text, given, Character::isLetterOrDigit)),
          Map.entry("isspace", (text, given) -> all(text, given, Letters::isSpace)),
          Map.entry("isascii", (text, given) -> isAscii(text, given)),
          Map.entry("isupper", (text, given) -> cased(text, given, true)),
          Map.entry("islower", (text, given) -> cased(text, given, false)),
          Map.entry("istitle", TextMethods::isTitle));

  private TextMethods() {}

  /** Returns a method; null if texts have none of that name. */
  static Callable find(Text text, String name) {
    Method method = METHODS.get(name);
    return method == null ? null : Callable.method(name, given -> method.call(text, given));
  }

  private static Text changed(Text text, Arguments given, Function<Text, Text> change) {
    given.bind();
    return change.apply(text);
  }

  private static Text strip(Text text, Arguments given, boolean left, boolean right) {
    return strip(text, given.bind("chars?")[0], left, right);
  }

  /**
   * Returns a text without characters at its ends.
   *
   * @param dropped the characters; null or None for blanks
   */
  static Text strip(Text text, Value dropped, boolean left, boolean right) {
    if (dropped == null || dropped == Value.None.NONE) {
      return Letters.strip(text, Letters::isSpace, left, right);
    }
    String characters = Arguments.text(dropped).string();
    Meter.spendText((long) characters.length() * Math.min(text.string().length(), 64));
    return Letters.strip(text, c -> characters.indexOf(c) >= 0, left, right);
  }

  private static Text swapped(Text text) {
    TextBuilder all = new TextBuilder();
    for (Value each : Operators.items(text)) {
      Text c = (Text) each;
      boolean upper = Character.isUpperCase(c.string().codePointAt(0));
      all.append(upper ? Letters.lower(c) : Letters.upper(c));
    }
    return all.text();
  }

  private static Value split(Text text, Arguments given) {
    Value[] bound = given.bind("sep?", "maxsplit?");
    int most = Arguments.whole(bound[1], -1);
    List<Value> parts =
        bound[0] == null || bound[0] == Value.None.NONE
            ? TextSplitting.words(text, most)
            : TextSplitting.parts(text, Arguments.text(bound[0]).string(), most);
    return Sequence.list(parts);
  }

  private static Value splitLines(Text text, Arguments given) {
    Value keep = given.bind("keepends?")[0];
    return Sequence.list(Letters.lines(text, keep != null && Operators.truth(keep)));
  }

  private static Value join(Text separator, Arguments given) {
    List<Text> texts = new ArrayList<>();
    for (Value item : Operators.items(given.bind("iterable")[0])) {
      if (!(item instanceof Text text)) {
        throw TemplateError.failed(
            "sequence item %d: expected str instance, %s found"
                .formatted(texts.size(), item.typeName()));
      }
      texts.add(text);
    }
    return new TextBuilder().join(texts, separator).text();
  }

  private static Value replace(Text text, Arguments given) {
    Value[] bound = given.bind("old", "new", "count?");
    return replaced(
        text,
        Arguments.text(bound[0]).string(),
        Arguments.text(bound[1]),
        Arguments.whole(bound[2], -1));
  }

  /**
   * Returns a text in which another text stands for a part of it.
   *
   * @param most largest number of places; negative for all
   */
  static Text replaced(Text text, String old, Text fresh, int most) {
    TextBuilder out = new TextBuilder();
    String s = text.string();
    int from = 0;
    int at = 0;
    for (int count = 0; most < 0 || count < most; count++) {
      at = old.isEmpty() && count > 0 ? next(s, at) : text.find(old, at);
      if (at < 0) {
        break;
      }
      out.append(text, from, at).append(fresh);
      from = at + old.length();
      at = from;
    }
    return out.append(text, from, s.length()).text().asMarkup(text.isMarkup());
  }

  private static int next(String s, int at) {
    return at < s.length() ? s.offsetByCodePoints(at, 1) : -1;
  }

  private static Value padded(Text text, Arguments given, boolean left, boolean right) {
    Value[] bound = given.bind("width", "fillchar?");
    Text fill = bound[1] == null ? Text.of(" ") : Arguments.text(bound[1]);
    if (fill.length() != 1) {
      throw TemplateError.failed("The fill character must be exactly one character long");
    }
    return padded(text, Arguments.whole(bound[0], 0), fill, left, right);
  }

  /** Returns a text with characters before or behind it, or both, up to a width. */
  static Text padded(Text text, int width, Text fill, boolean left, boolean right) {
    int missing = Math.max(0, width - text.length());
    int before = left && right ? missing / 2 + (missing & width & 1) : left ? missing : 0;
    return new TextBuilder()
        .repeat(fill, before)
        .append(text)
        .repeat(fill, missing - before)
        .text()
        .asMarkup(text.isMarkup());
  }

  private static Value filled(Text text, Arguments given) {
    int missing = Arguments.whole(given.bind("width")[0], 0) - text.length();
    int sign = text.string().startsWith("-") || text.string().startsWith("+") ? 1 : 0;
    return new TextBuilder()
        .append(text, 0, sign)
        .repeat(Text.of("0"), missing)
        .append(text, sign, text.string().length())
        .text();
  }

  private static Value all(Text text, Arguments given, IntPredicate property) {
    given.bind();
    Meter.spendText(text.string().length());
    return new Value.Bool(!text.isEmpty() && text.string().codePoints().allMatch(property));
  }

  private static Value isAscii(Text text, Arguments given) {
    given.bind();
    return new Value.Bool(text.string().codePoints().allMatch(c -> c < 128));
  }

  private static Value cased(Text text, Arguments given, boolean upper) {
    given.bind();
    return new Value.Bool(isCased(text, upper));
  }

  /** Returns whether a text has letters of one case and none of the other. */
  static boolean isCased(Text text, boolean upper) {
    String s = text.string();
    Meter.spendText(s.length());
    boolean some = s.codePoints().anyMatch(upper ? Character::isUpperCase : Character::isLowerCase);
    boolean other =
        s.codePoints()
            .anyMatch(
                c ->
                    Character.isTitleCase(c)
                        || (upper ? Character.isLowerCase(c) : Character.isUpperCase(c)));
    return some && !other;
  }

  private static Value isTitle(Text text, Arguments given) {
    given.bind();
    boolean letters = text.string().codePoints().anyMatch(Character::isLetter);
    return new Value.Bool(letters && Letters.titleWords(text).string().equals(text.string()));
  }
}
