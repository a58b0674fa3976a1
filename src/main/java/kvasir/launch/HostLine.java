package kvasir.launch;

import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import kvasir.error.UserError;
import kvasir.launch.HostFile.Slot;

/**
 * One line of a hostfile, with messages for each way in which it can be wrong.
 *
 * @param where name of the file and number of the line
 * @param text the line without its comment and without blanks around it
 */
record HostLine(String where, String text) {
  private static final Pattern FORM =
      Pattern.compile("(\\S+?)(?::(\\d{1,9})|\\s+slots\\s*=\\s*(\\d{1,9}))?");
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
  private static final Pattern IPV6 =
      Pattern.compile("\\[?[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%\\w*)?(\\].*)?");
  private static final Pattern SETTING = Pattern.compile("\\s([^\\s=]+)\\s*=");
  private static final String FORMS = "write host, host:slots or host slots=n";
  private static final String SSH = "set users and ports of ssh in ~/.ssh/config";
  private static final int MOST_SLOTS = 9999;
  private static final int MOST_SHOWN = 80;

  /**
   * Parses the host and its number of slots.
   *
   * @throws UserError if the line does not have the form of a host
   */
  Slot slot() {
    OptionalInt odd = text.codePoints().filter(c -> c != '\t' && (c < ' ' || c > '~')).findFirst();
    if (odd.isPresent()) {
      throw wrong(
          code(odd.getAsInt()) + " in '" + shown() + "' has no place in a host's name",
          "remove that character");
    }
    if (IPV6.matcher(text.split("\\s", 2)[0]).matches()) {
      throw wrong(
          "'" + shown() + "' is an IPv6 address",
          "give it a name in /etc/hosts and write that name here");
    }
    if (text.contains("@")) {
      throw wrong("'" + shown() + "' has a user", "write the host alone; " + SSH);
    }
    requireKnownSettings();
    Matcher form = FORM.matcher(text);
    if (!form.matches() || !HOST.matcher(form.group(1)).matches()) {
      throw wrong("'" + shown() + "' is no host", form());
    }
    return new Slot(form.group(1), slots(form.group(2) != null ? form.group(2) : form.group(3)));
  }

  private void requireKnownSettings() {
    Matcher setting = SETTING.matcher(text);
    while (setting.find()) {
      if (!setting.group(1).equals("slots")) {
        throw wrong("'" + setting.group(1) + "' is not known", FORMS);
      }
    }
  }

  /** Returns the advice for a line that cannot be read. */
  private String form() {
    if (text.contains(",")) {
      return "write one host a line";
    }
    boolean port = text.chars().filter(c -> c == ':').count() > 1 || text.contains(" -p");
    return port ? FORMS + "; " + SSH : FORMS;
  }

  private int slots(String count) {
    int slots = count == null ? 1 : Integer.parseInt(count);
    if (slots < 1) {
      throw wrong("no slots", "give at least 1");
    }
    if (slots > MOST_SLOTS) {
      throw wrong(
          slots + " slots are more than " + MOST_SLOTS, "behind ':' stand slots, no port; " + SSH);
    }
    return slots;
  }

  private UserError wrong(String what, String remedy) {
    return new UserError(where, what, remedy);
  }

  /**
   * Returns the line as it can be printed: the codes of characters stand for those that are not
   * printable.
   */
  private String shown() {
    String all =
        text.codePoints()
            .limit(MOST_SHOWN)
            .mapToObj(c -> visible(c) ? Character.toString(c) : "<" + code(c) + ">")
            .collect(Collectors.joining());
    return text.length() > MOST_SHOWN ? all + "..." : all;
  }

  private static boolean visible(int character) {
    return character == ' '
        || Character.isLetterOrDigit(character)
        || (character > ' ' && character <= '~');
  }

  private static String code(int character) {
    return String.format(Locale.ROOT, "U+%04X", character);
  }
}
