package kvasir.template;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** Times in the form that Python's {@code strftime} gives them. */
final class Strftime {
  private Strftime() {}

  /** Returns the time in a form; the words are English. */
  static Text format(Text form, LocalDateTime time) {
    TextBuilder out = new TextBuilder();
    String s = form.string();
    int at = 0;
    while (at < s.length()) {
      int next = s.indexOf('%', at);
      if (next < 0 || next + 1 == s.length()) {
        break;
      }
      out.append(form, at, next);
      boolean unpadded = s.charAt(next + 1) == '-' && next + 2 < s.length();
      char directive = s.charAt(next + (unpadded ? 2 : 1));
      String field = field(directive, time);
      at = next + (unpadded ? 3 : 2);
      if (field == null) {
        out.append(form, next, at);
      } else {
        out.append(unpadded ? field.replaceFirst("^0+(?=\\d)", "") : field);
      }
    }
    return out.append(form, at, s.length()).text();
  }

  /** Returns the text of a directive; null if it is not known. */
  private static String field(char directive, LocalDateTime time) {
    String pattern =
        switch (directive) {
          case 'Y' -> "uuuu";
          case 'y' -> "uu";
          case 'm' -> "MM";
          case 'd' -> "dd";
          case 'e' -> "ppd";
          case 'H' -> "HH";
          case 'I' -> "hh";
          case 'M' -> "mm";
          case 'S' -> "ss";
          case 'f' -> "SSSSSS";
          case 'p' -> "a";
          case 'B' -> "MMMM";
          case 'b', 'h' -> "MMM";
          case 'A' -> "EEEE";
          case 'a' -> "EEE";
          case 'j' -> "DDD";
          case 'F' -> "uuuu-MM-dd";
          case 'T', 'X' -> "HH:mm:ss";
          case 'R' -> "HH:mm";
          case 'D', 'x' -> "MM/dd/uu";
          case 'c' -> "EEE MMM ppd HH:mm:ss uuuu";
          default -> "";
        };
    return switch (directive) {
      case '%' -> "%";
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'z', 'Z' -> "";
      case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
      case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
      case 'V' -> two(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case 'G' -> Integer.toString(time.get(IsoFields.WEEK_BASED_YEAR));
      case 'U' -> two((time.getDayOfYear() + 6 - time.getDayOfWeek().getValue() % 7) / 7);
      case 'W' -> two((time.getDayOfYear() + 6 - (time.getDayOfWeek().getValue() + 6) % 7) / 7);
      default ->
          pattern.isEmpty()
              ? null
              : time.format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
    };
  }

  private static String two(int number) {
    return (number < 10 ? "0" : "") + number;
  }
}
