package kvasir.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Source of damaged inputs, with damage as disks, networks and attackers cause it. Equal seeds give
 * equal damage. Bytes are handled as characters 0 to 255, so that texts and binary files are
 * damaged alike.
 */
public final class Mutations {
  private static final int MOST_AT_ONCE = 3;
  private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?");
  private static final Pattern FIELD = Pattern.compile("\"[^\"]*\"\\s*:\\s*[^,{}\\[\\]]+,");
  private static final Pattern VALUE = Pattern.compile("(?<=[:=])\\s*(\"[^\"]*\"|[\\w.+-]+)");
  private static final List<String> EXTREMES =
      List.of(
          "0",
          "-0",
          "-1",
          "1",
          "2147483647",
          "2147483648",
          "-2147483649",
          "9223372036854775807",
          "9223372036854775808",
          "18446744073709551616",
          "1e308",
          "1e999999999",
          "-1e-308",
          "0.5",
          "NaN",
          "Infinity",
          "9".repeat(999),
          "1".repeat(5000));
  private static final List<String> OTHER_KINDS =
      List.of("null", "true", "\"\"", "\"x\"", "[]", "{}", "[[]]", "{\"\":null}", "''", "");
  private static final List<String> NESTS =
      List.of("[", "{\"a\":", "a.", "((", "(?:", "{\"type\":\"Sequence\",\"normalizers\":[");
  private static final List<String> NO_UTF_8 =
      List.of(
          "\u00ff",
          "\u00c0\u00af",
          "\u00ed\u00a0\u0080",
          "\u00f4\u0090\u0080\u0080",
          "\u00e2\u0082");
  private static final List<String> CONTROLS =
      List.of("\0", "\n", "\r", "\033[2J", "\177", "\\u0000", "\\u001b", "\\ud800", "\\u2028");
  private static final List<String> FOREIGN =
      List.of("\u2028", "\u202e", "\ufeff", "\u009b", "\ud83d\ude00", "e\u0301");

  private final SplittableRandom random;
  private final List<UnaryOperator<String>> kinds =
      List.of(
          this::flip,
          this::truncate,
          this::insert,
          this::duplicate,
          this::delete,
          this::extremeNumber,
          this::extremeNumber,
          this::otherKind,
          this::nest,
          this::hugeString,
          this::duplicateKey,
          this::invalidUtf8,
          this::control);

  public Mutations(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Returns one of the samples, damaged in one to three ways. */
  public byte[] next(List<byte[]> samples) {
    String text = new String(samples.get(random.nextInt(samples.size())), ISO_8859_1);
    int times = 1 + random.nextInt(MOST_AT_ONCE);
    for (int i = 0; i < times; i++) {
      text = pick(kinds).apply(text);
    }
    return text.getBytes(ISO_8859_1);
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private int place(String text) {
    return random.nextInt(text.length() + 1);
  }

  private String insertAt(String text, int at, String what) {
    return text.substring(0, at) + what + text.substring(at);
  }

  private String flip(String text) {
    StringBuilder changed = new StringBuilder(text);
    for (int i = random.nextInt(1, 9); i > 0 && !changed.isEmpty(); i--) {
      int at = random.nextInt(changed.length());
      changed.setCharAt(at, (char) (changed.charAt(at) ^ (1 << random.nextInt(8))));
    }
    return changed.toString();
  }

  private String truncate(String text) {
    return text.substring(0, place(text));
  }

  private String insert(String text) {
    StringBuilder noise = new StringBuilder();
    for (int i = random.nextInt(1, 65); i > 0; i--) {
      noise.append((char) random.nextInt(256));
    }
    return insertAt(text, place(text), noise.toString());
  }

  private String slice(String text) {
    int from = place(text);
    return text.substring(from, Math.min(text.length(), from + random.nextInt(1, 257)));
  }

  private String duplicate(String text) {
    return insertAt(text, place(text), slice(text).repeat(random.nextInt(1, 5)));
  }

  private String delete(String text) {
    int from = place(text);
    return text.substring(0, from)
        + text.substring(Math.min(text.length(), from + random.nextInt(1, 65)));
  }

  /** Replaces one random match of the pattern, or returns the text unchanged if there is none. */
  private String replaceOne(String text, Pattern pattern, UnaryOperator<String> replacement) {
    List<int[]> found = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(new int[] {matcher.start(), matcher.end()});
    }
    if (found.isEmpty()) {
      return text;
    }
    int[] span = pick(found);
    return text.substring(0, span[0])
        + replacement.apply(text.substring(span[0], span[1]))
        + text.substring(span[1]);
  }

  private String extremeNumber(String text) {
    return replaceOne(text, NUMBER, number -> pick(EXTREMES));
  }

  private String otherKind(String text) {
    return replaceOne(text, VALUE, value -> pick(OTHER_KINDS));
  }

  private String nest(String text) {
    String deep = pick(NESTS).repeat(pick(List.of(100, 900, 1100, 20_000)));
    return random.nextBoolean()
        ? replaceOne(text, VALUE, value -> deep)
        : insertAt(text, place(text), deep);
  }

  private String hugeString(String text) {
    String huge = pick(List.of("a", "\\u0041", "\u00c3\u00a4", " ", "[")).repeat(1 << 14);
    return random.nextBoolean()
        ? replaceOne(text, VALUE, value -> '"' + huge + '"')
        : insertAt(text, text.indexOf('"', place(text)) + 1, huge);
  }

  private String duplicateKey(String text) {
    return replaceOne(text, FIELD, field -> field + field);
  }

  private String invalidUtf8(String text) {
    return insertAt(text, place(text), pick(NO_UTF_8));
  }

  private String control(String text) {
    String what =
        random.nextBoolean()
            ? pick(CONTROLS)
            : new String(pick(FOREIGN).getBytes(UTF_8), ISO_8859_1);
    return insertAt(text, place(text), what);
  }
}
