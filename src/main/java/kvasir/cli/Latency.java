package kvasir.cli;

import java.time.Duration;
import kvasir.cluster.Communicator;
import kvasir.cluster.DelayedCommunicator;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A time for which messages are held back: 50us, 1.5ms. */
record Latency(Duration time) {
  static final Latency NONE = new Latency(Duration.ZERO);

  private static final double LONGEST_SECONDS = 10;

  /** The same ranks, their messages held back for so long. */
  Communicator on(Communicator world) {
    return time.isZero() ? world : new DelayedCommunicator(world, time);
  }

  /** Reads one from the command line. */
  static final class Converter implements ITypeConverter<Latency> {
    @Override
    public Latency convert(String text) {
      double seconds = new Quantity.Time().convert(text).value();
      if (seconds > LONGEST_SECONDS) {
        throw new TypeConversionException("'" + text + "' is longer than 10s");
      }
      return new Latency(Duration.ofNanos(Math.round(seconds * 1e9)));
    }
  }
}
