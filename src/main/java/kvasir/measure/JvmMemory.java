package kvasir.measure;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** Memory that a JVM of this program takes for itself, whatever the model. */
public final class JvmMemory {
  /**
   * Outside the young generation: classes, compiled code, the compiler's and the collector's
   * memory, stacks, and objects of the start. Measured on Linux with JDK 25 as the most anonymous
   * memory of {@code generate}'s ranks (RssAnon and RssShmem), less the young generation and what a
   * model of one layer took: 37 to 69 MiB over MPJ and native MPI, and a little for what varies.
   */
  private static final long BASE = 89L << 20;

  private JvmMemory() {}

  /**
   * Bytes at most. The start and kernels that are still interpreted fill most of the young
   * generation, so that all of its bound counts, as this JVM was started with.
   */
  public static long bytes() {
    HotSpotDiagnosticMXBean machine =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    return BASE + Long.parseLong(machine.getVMOption("MaxNewSize").getValue());
  }
}
