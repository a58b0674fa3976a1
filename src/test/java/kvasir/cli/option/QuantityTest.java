package kvasir.cli.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

class QuantityTest {
  private static final double EXACT = 1e-12;

  @Test
  void unitsAreWorthWhatTheySay() {
    assertEquals(5e-6, new Quantity.Time().convert("5us"), EXACT);
    assertEquals(0.5e-3, new Quantity.Time().convert("0.5ms"), EXACT);
    assertEquals(12e9, new Quantity.Bandwidth().convert("12GB/s"), EXACT);
    assertEquals(800e6, new Quantity.Bandwidth().convert("800MB/s"), EXACT);
    assertEquals(3e12, new Quantity.Flops().convert("3TFLOP/s"), EXACT);
    assertEquals(1 << 20, new Quantity.Tokens().convert("1M"));
    assertEquals(1536, new Quantity.Tokens().convert("1.5K"));
    assertEquals(8192, new Quantity.Tokens().convert("8192"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "us", "5 us", "5US", "0us", "-5us", "5e3us", "1e99s", "5min"})
  void otherTimesAreRefused(String text) {
    refused(new Quantity.Time(), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"12Gb/s", "12gbit", "12GB", "0GB/s", "NaN", "9999999999GB/s", "1TB/s"})
  void otherBandwidthsAreRefused(String text) {
    refused(new Quantity.Bandwidth(), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"3TF", "3TFLOPS", "3", "0GFLOP/s", "\u0663TFLOP/s"})
  void otherRatesAreRefused(String text) {
    refused(new Quantity.Flops(), text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0", "-1", "1X", "1m", "0.3", "1.0001K", "2G", "999999999G", "4294967297"})
  void otherNumbersOfTokensAreRefused(String text) {
    refused(new Quantity.Tokens(), text);
  }

  private static void refused(ITypeConverter<?> converter, String text) {
    TypeConversionException e =
        assertThrows(TypeConversionException.class, () -> converter.convert(text));
    assertTrue(e.getMessage().contains("'" + text + "'"), e.getMessage());
  }
}
