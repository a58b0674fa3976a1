package kvasir.cli.option;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import kvasir.measure.QuantityReader;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Values on the command line that are a number with a unit, such as {@code 5us}, {@code 12GB/s} or
 * {@code 512M}. Each nested class parses one kind of them.
 */
public final class Quantity {
  private static final int KIBI = 1 << 10;
  private static final int MEBI = 1 << 20;
  private static final int GIBI = 1 << 30;

  private Quantity() {}

  private static double aboveZero(
      String text, String kind, String example, Map<String, Double> units) {
    OptionalDouble value = new QuantityReader(9, 9, false, units).read(text);
    return value.stream()
        .filter(number -> number > 0)
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'" + text + "' is no " + kind + " above 0, write " + example));
  }

  /** Parser of times above 0; the value is in seconds. */
  public static final class Time implements ITypeConverter<Double> {
    private static final Map<String, Double> UNITS = Map.of("us", 1e-6, "ms", 1e-3, "s", 1.0);

    @Override
    public Double convert(String text) {
      return aboveZero(text, "time", "5us, 0.5ms or 1s", UNITS);
    }
  }

  /** Parser of times of at most ten seconds, which may be 0. */
  public static final class Latency implements ITypeConverter<Duration> {
    private static final Map<String, Double> NANOS =
        Map.of("ns", 1.0, "us", 1e3, "ms", 1e6, "s", 1e9);
    private static final double LONGEST = 10e9;

    @Override
    public Duration convert(String text) {
      double nanos =
          new QuantityReader(6, 6, true, NANOS)
              .read(text)
              .orElseThrow(
                  () ->
                      new TypeConversionException(
                          "'" + text + "' is no latency, write 50us or 1ms"));
      if (nanos > LONGEST) {
        throw new TypeConversionException("'" + text + "' is longer than 10s");
      }
      return Duration.ofNanos((long) nanos);
    }
  }

  /** Parser of bandwidths; the value is in bytes per second. */
  public static final class Bandwidth implements ITypeConverter<Double> {
    private static final Map<String, Double> UNITS = Map.of("MB/s", 1e6, "GB/s", 1e9);

    @Override
    public Double convert(String text) {
      return aboveZero(text, "bandwidth", "800MB/s or 12GB/s (bytes, not bits)", UNITS);
    }
  }

  /** Parser of computing rates; the value is in floating-point operations per second. */
  public static final class Flops implements ITypeConverter<Double> {
    private static final Map<String, Double> UNITS = Map.of("GFLOP/s", 1e9, "TFLOP/s", 1e12);

    @Override
    public Double convert(String text) {
      return aboveZero(text, "rate of arithmetic", "400GFLOP/s or 3TFLOP/s", UNITS);
    }
  }

  /** Parser of numbers of tokens. K, M and G are powers of 1024. */
  public static final class Tokens implements ITypeConverter<Integer> {
    private static final Map<String, Double> UNITS =
        Map.of("", 1.0, "K", (double) KIBI, "M", (double) MEBI, "G", (double) GIBI);

    @Override
    public Integer convert(String text) {
      double count = aboveZero(text, "number of tokens", "8192, 128K or 1M", UNITS);
      if (count != Math.rint(count) || count > Integer.MAX_VALUE) {
        throw new TypeConversionException(
            "'" + text + "' is no whole number of tokens below 2G, write 8192, 128K or 1M");
      }
      return (int) count;
    }
  }

  /** Parser of sizes in bytes, such as 4096, 512M or 2G. Units are powers of 1024. */
  public static final class Bytes implements ITypeConverter<Long> {
    private static final Map<String, Double> UNITS = units();

    private static Map<String, Double> units() {
      Map<String, Double> units = new HashMap<>();
      double scale = 1;
      for (String prefix : List.of("", "k", "m", "g", "t")) {
        for (String suffix : List.of("", "b", "ib")) {
          units.put(prefix + suffix, scale);
        }
        scale *= KIBI;
      }
      return units;
    }

    @Override
    public Long convert(String text) {
      double bytes =
          new QuantityReader(12, 0, true, UNITS)
              .read(text.toLowerCase(Locale.ROOT))
              .orElseThrow(
                  () -> new TypeConversionException("'" + text + "' is no size, write 512M or 2G"));
      // Exact: 12 digits and a power of two fit a double.
      if (bytes >= 0x1p63) {
        throw new TypeConversionException("'" + text + "' is larger than any memory");
      }
      return (long) bytes;
    }
  }
}
