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
 * Checks that a reader reads any damaged input or refuses it in one line that names it, without
 * another exception, a hang or an allocation out of proportion. With slow tests, twenty times as
 * many cases run; {@code -Dkvasir.fuzz.cases=N} sets their number, {@code -Dkvasir.fuzz.seed=N}
 * replays one that failed.
 */
public final class Fuzz {
  /** Code under test. */
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
   * Damages samples and checks that each is read or refused.
   *
   * @param named text that a refusal must contain
   * @param cases number of cases, unless a property sets another
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
