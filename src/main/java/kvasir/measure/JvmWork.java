package kvasir.measure;

import java.lang.management.CompilationMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/**
 * What this JVM has done for itself since it started.
 *
 * @param gcMillis the program stood still for collections
 * @param jitMillis compiler threads worked, beside the program
 */
public record JvmWork(long gcMillis, long jitMillis) {
  /** Until now. */
  public static JvmWork now() {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    boolean timed = compiler != null && compiler.isCompilationTimeMonitoringSupported();
    return new JvmWork(
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(GarbageCollectorMXBean::getCollectionTime)
            .sum(),
        timed ? compiler.getTotalCompilationTime() : 0);
  }

  /** What came after an earlier reading. */
  public JvmWork since(JvmWork earlier) {
    return new JvmWork(gcMillis - earlier.gcMillis, jitMillis - earlier.jitMillis);
  }
}
