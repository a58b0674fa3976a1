package kvasir.measure;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** Memory that a JVM of this program needs in addition to the model's. */
public final class JvmMemory {
  /**
   * Bytes outside the young generation: classes, compiled code, the compiler's and the collector's
   * memory, stacks, and objects allocated at the start. Measured on Linux with JDK 25 as the most
   * anonymous memory of {@code generate}'s ranks (RssAnon and RssShmem), less the young generation
   * and what a model of one layer took: 37 to 69 MiB over MPJ and native MPI, rounded up for
   * variation.
   */
  private static final long BASE = 89L << 20;

  /**
   * Bytes of objects and compiled code for the requests and answers of many sequences. Measured as
   * the most anonymous memory of {@code batch} with 193 sequences, 591 to 625 MiB in nine runs,
   * less what all other parts were reckoned at, 615 MiB; rounded up for variation.
   */
  private static final long REQUESTS = 24L << 20;

  private JvmMemory() {}

  /**
   * Returns an upper bound in bytes for a process that computes the requests of many sequences; see
   * {@link #bytes}.
   */
  public static long bytesForRequests() {
    return bytes() + REQUESTS;
  }

  /**
   * Returns an upper bound in bytes for a process that computes one sequence. It includes the
   * maximum size of the young generation, as this JVM was started with: the start and kernels that
   * are still interpreted fill most of it.
   */
  public static long bytes() {
    HotSpotDiagnosticMXBean machine =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    return BASE + Long.parseLong(machine.getVMOption("MaxNewSize").getValue());
  }
}
