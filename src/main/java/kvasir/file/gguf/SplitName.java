package kvasir.file.gguf;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Name of one part of a split model, {@code STEM-00002-of-00003.gguf}. Names count from 1.
 *
 * @param stem the name before the numbers
 * @param number number of the part, from 1 to {@code count}
 * @param count number of the parts
 * @param end the name after the numbers, ".gguf" in some case
 */
record SplitName(String stem, int number, int count, String end) {
  private static final Pattern NAME =
      Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})(\\.gguf)", Pattern.CASE_INSENSITIVE);

  /** Returns the parts of a file's name, or empty if it is not one of a split model. */
  static Optional<SplitName> of(Path file) {
    Matcher name = NAME.matcher(file.getFileName().toString());
    if (!name.matches()) {
      return Optional.empty();
    }
    int number = Integer.parseInt(name.group(2));
    int count = Integer.parseInt(name.group(3));
    return number < 1 || number > count
        ? Optional.empty()
        : Optional.of(new SplitName(name.group(1), number, count, name.group(4)));
  }

  /** Returns the name of another part of the same model. */
  String part(int other) {
    return String.format(Locale.ROOT, "%s-%05d-of-%05d%s", stem, other, count, end);
  }
}
