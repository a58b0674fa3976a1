package kvasir.fuzz;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import kvasir.error.UserError;

/**
 * Whatever the input, it is read or refused by one line that names it: no other exception, no hang,
 * no allocation out of proportion. Where slow tests run, twenty times as many cases do; {@code
 * -Dkvasir.fuzz.cases=N} says how many, {@code -Dkvasir.fuzz.seed=N} runs the one that failed.
 */
public final class Fuzz {
  /** What is under test. */
  @FunctionalInterface
  public interface Reader {
    void read(byte[] input) throws IOException;
  }

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int FACTOR =
      System.getProperty("excluded.tags", "slow").contains("slow") ? 1 : 20;
  private static final Duration HANG = Duration.ofSeconds(60);
  private static final long ANY_INPUT = 32L << 20;
  private static final long PER_BYTE = 2048;
  private static final int LONGEST_LINE = 1500;
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}\u202e]");

  private Fuzz() {}

  /**
   * Damages samples and has each read.
   *
   * @param named what a refusal has to name
   * @param cases how many, where nobody asks for more
   */
  public static void check(String named, int cases, List<byte[]> samples, Reader reader) {
    Long only = Long.getLong("kvasir.fuzz.seed");
    int count = only == null ? Integer.getInteger("kvasir.fuzz.cases", cases * FACTOR) : 1;
    for (int i = 0; i < count; i++) {
      long seed = only == null ? i : only;
      byte[] input = new Mutations(seed).next(samples);
      String which = "-Dkvasir.fuzz.seed=" + seed + " of " + named;
      assertTimeoutPreemptively(HANG, () -> check(which, named, input, reader), which + " hangs");
    }
  }

  // The test is of what is thrown, whatever it is.
  @SuppressWarnings("CatchingUnchecked")
  private static void check(String which, String named, byte[] input, Reader reader) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      reader.read(input);
    } catch (UserError e) {
      String line = e.getMessage();
      assertTrue(line.contains(named), () -> which + " is not named: " + line);
      assertTrue(!UNPRINTABLE.matcher(line).find(), () -> which + " breaks the line: " + line);
      assertTrue(line.length() < LONGEST_LINE, () -> which + " has a line of " + line.length());
    } catch (Throwable e) {
      throw new AssertionError(which, e);
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertTrue(
        allocated < ANY_INPUT + PER_BYTE * input.length,
        () -> which + ": " + input.length + " bytes made it allocate " + allocated);
  }
}
