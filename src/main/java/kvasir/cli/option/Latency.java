package kvasir.cli.option;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A short time as users write it, such as 50us or 1.5ms. */
public record Latency(Duration time) {
  public static final Latency NONE = new Latency(Duration.ZERO);

  private static final Pattern FORM = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,6})?)\\s*(ns|us|ms|s)");
  private static final Map<String, Double> NANOS =
      Map.of("ns", 1.0, "us", 1e3, "ms", 1e6, "s", 1e9);
  private static final double LONGEST = 10e9;

  /** Parser of short times on the command line. */
  public static final class Converter implements ITypeConverter<Latency> {
    @Override
    public Latency convert(String text) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        throw new TypeConversionException("'" + text + "' is no latency, write 50us or 1ms");
      }
      double nanos = Double.parseDouble(matcher.group(1)) * NANOS.get(matcher.group(2));
      if (nanos > LONGEST) {
        throw new TypeConversionException("'" + text + "' is longer than 10s");
      }
      return new Latency(Duration.ofNanos((long) nanos));
    }
  }
}
