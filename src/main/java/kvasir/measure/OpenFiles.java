package kvasir.measure;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Count of this process's file descriptors: files and connections. */
public final class OpenFiles {
  private OpenFiles() {}

  /** Returns how many more can be opened. */
  public static int left() {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      long left = system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount();
      return Math.clamp(left, 0, Integer.MAX_VALUE);
    }
    return Integer.MAX_VALUE;
  }
}
