package kvasir.cli.option;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes as users write it, such as 4096, 512M or 2G. M and G are powers of 1024. */
public record ByteSize(long bytes) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\s*([kmgt]?)(i?b)?");

  /** Parser of sizes on the command line. */
  public static final class Converter implements ITypeConverter<ByteSize> {
    @Override
    public ByteSize convert(String text) {
      Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
      if (!matcher.matches()) {
        throw new TypeConversionException("'" + text + "' is no size, write 512M or 2G");
      }
      int power = "kmgt".indexOf(matcher.group(2)) + 1;
      long scale = matcher.group(2).isEmpty() ? 1 : 1L << (10 * power);
      long count = Long.parseLong(matcher.group(1));
      if (count > Long.MAX_VALUE / scale) {
        throw new TypeConversionException("'" + text + "' is larger than any memory");
      }
      return new ByteSize(count * scale);
    }
  }
}
