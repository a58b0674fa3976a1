package kvasir.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PercentilesTest {
  @Test
  void percentilesOfKnownValuesInAnyOrder() {
    double[] values = new double[101];
    Arrays.setAll(values, i -> (i * 37) % 101);
    assertEquals(new Percentiles(101, 50, 95, 99), Percentiles.of(values));
    assertEquals(0, values[0]);
    assertEquals(37, values[1]);
  }

  @Test
  void neighboursAreInterpolated() {
    Percentiles percentiles = Percentiles.of(new double[] {20, 10});
    assertEquals(15, percentiles.p50());
    assertEquals(19.5, percentiles.p95(), 1e-12);
    assertEquals(19.9, percentiles.p99(), 1e-12);
  }

  @Test
  void oneValueAndNone() {
    assertEquals(new Percentiles(1, 7, 7, 7), Percentiles.of(new double[] {7}));
    assertEquals(new Percentiles(0, 0, 0, 0), Percentiles.of(new double[0]));
  }
}
