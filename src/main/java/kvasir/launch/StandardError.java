package kvasir.launch;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;

/**
 * Standard error of the user's command. {@code launch/kvasir} gives the JVM a filter as its
 * standard error, and the true one as another descriptor, whose number a property has. What is
 * written there is in order with standard output, and has arrived when the process ends.
 */
public final class StandardError {
  /** Name of the JVM property with the number of the descriptor. Not for other processes. */
  public static final String DESCRIPTOR = "kvasir.stderr";

  private StandardError() {}

  /** Returns a new stream to standard error. Do not close it. */
  public static OutputStream stream() {
    return new FileOutputStream(descriptor());
  }

  /** Makes {@link System#err} write there too, for libraries. */
  public static void install() {
    if (System.getProperty(DESCRIPTOR) != null) {
      System.setErr(new PrintStream(stream(), true, System.err.charset()));
    }
  }

  private static FileDescriptor descriptor() {
    String number = System.getProperty(DESCRIPTOR);
    if (number == null) {
      return FileDescriptor.err;
    }
    try {
      // Java opens files by their names alone: another open of a file would begin at its start, and
      // one of a socket fails.
      Constructor<FileDescriptor> ofNumber = FileDescriptor.class.getDeclaredConstructor(int.class);
      ofNumber.setAccessible(true);
      return ofNumber.newInstance(Integer.parseInt(number));
    } catch (ReflectiveOperationException | RuntimeException e) {
      return FileDescriptor.err;
    }
  }
}
