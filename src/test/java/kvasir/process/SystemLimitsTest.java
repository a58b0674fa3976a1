package kvasir.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SystemLimitsTest {
  // M7
  @Test
  void softLimitsAreRead() {
    SystemLimits limits =
        SystemLimits.parse(
            List.of(
                "Limit                     Soft Limit           Hard Limit           Units     ",
                "Max processes             60                   127000               processes ",
                "Max open files            64                   1048576              files     ",
                "Max locked memory         8388608              8388608              bytes     "));
    assertEquals(new SystemLimits(64, 60), limits);
    assertEquals(
        new SystemLimits(Long.MAX_VALUE, Long.MAX_VALUE),
        SystemLimits.parse(List.of("Max open files   unlimited   unlimited   files")));
  }

  // M7
  @Test
  void thisProcessUsesSomeOfThem() {
    assertTrue(SystemLimits.here().openFiles() > SystemLimits.filesInUse());
    assertTrue(SystemLimits.filesInUse() > 3);
    assertTrue(SystemLimits.threadsInUse() > 1);
    assertTrue(SystemLimits.threadsOfUser() > 1);
  }
}
