package kvasir.cli.option;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A number above 0 with a unit, as users write it, such as 5us, 12GB/s or 3TFLOP/s.
 *
 * @param value the number in SI units
 */
public record Quantity(double value) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(\\D*)");

  /**
   * A unit.
   *
   * @param worth number of SI units in one of this unit
   */
  private record Unit(String name, double worth) {}

  private static Quantity parse(String text, String what, String example, List<Unit> units) {
    Matcher matcher = FORM.matcher(text);
    if (matcher.matches()) {
      double number = Double.parseDouble(matcher.group(1));
      for (Unit unit : units) {
        if (unit.name().equals(matcher.group(2)) && number > 0) {
          return new Quantity(number * unit.worth());
        }
      }
    }
    throw new TypeConversionException(
        "'" + text + "' is no " + what + " above 0, write " + example);
  }

  /** Parser of times; the value is in seconds. */
  public static final class Time implements ITypeConverter<Quantity> {
    @Override
    public Quantity convert(String text) {
      List<Unit> units = List.of(new Unit("us", 1e-6), new Unit("ms", 1e-3), new Unit("s", 1));
      return parse(text, "time", "5us, 0.5ms or 1s", units);
    }
  }

  /** Parser of bandwidths; the value is in bytes per second. */
  public static final class Bandwidth implements ITypeConverter<Quantity> {
    @Override
    public Quantity convert(String text) {
      List<Unit> units = List.of(new Unit("MB/s", 1e6), new Unit("GB/s", 1e9));
      return parse(text, "bandwidth", "800MB/s or 12GB/s (bytes, not bits)", units);
    }
  }

  /** Parser of computing rates; the value is in floating-point operations per second. */
  public static final class Flops implements ITypeConverter<Quantity> {
    @Override
    public Quantity convert(String text) {
      List<Unit> units = List.of(new Unit("GFLOP/s", 1e9), new Unit("TFLOP/s", 1e12));
      return parse(text, "rate of arithmetic", "400GFLOP/s or 3TFLOP/s", units);
    }
  }

  /** Parser of numbers of tokens. K, M and G are powers of 1024. */
  public static final class Tokens implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      List<Unit> units =
          List.of(
              new Unit("", 1),
              new Unit("K", 1 << 10),
              new Unit("M", 1 << 20),
              new Unit("G", 1 << 30));
      double count = parse(text, "number of tokens", "8192, 128K or 1M", units).value();
      if (count != Math.rint(count) || count > Integer.MAX_VALUE) {
        throw new TypeConversionException(
            "'" + text + "' is no whole number of tokens below 2G, write 8192, 128K or 1M");
      }
      return (int) count;
    }
  }
}
