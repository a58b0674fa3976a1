package kvasir.measure;

import java.lang.management.CompilationMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/**
 * Time that this JVM has spent on garbage collection and compilation.
 *
 * @param gcMillis milliseconds for which collections stopped the program
 * @param jitMillis milliseconds of compiler threads, which run concurrently with the program
 */
public record JvmWork(long gcMillis, long jitMillis) {
  /** Returns the times from the start of the JVM until now. */
  public static JvmWork now() {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    boolean timed = compiler != null && compiler.isCompilationTimeMonitoringSupported();
    return new JvmWork(
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(GarbageCollectorMXBean::getCollectionTime)
            .sum(),
        timed ? compiler.getTotalCompilationTime() : 0);
  }

  /** Returns the times since an earlier reading. */
  public JvmWork since(JvmWork earlier) {
    return new JvmWork(gcMillis - earlier.gcMillis, jitMillis - earlier.jitMillis);
  }
}
