package kvasir.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import kvasir.error.UserError;

/** Whether this JVM has the Vector API, and compiles it well. */
final class JvmCheck {
  private static final String MODULE = "jdk.incubator.vector";

  private JvmCheck() {}

  /** Refuses a JVM without the module; says in one line what makes vectors slow, if anything. */
  static Optional<String> slowBecause() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      throw new UserError(
          "java",
          "the module " + MODULE + " is missing",
          "use launch/kvasir, or java --add-modules=" + MODULE + " -jar target/kvasir.jar");
    }
    String mode = System.getProperty("java.vm.info", "");
    if (mode.contains("interpreted")) {
      return Optional.of("this JVM only interprets (-Xint)");
    }
    if (option("TieredStopAtLevel").filter(level -> !level.equals("4")).isPresent()) {
      return Optional.of("this JVM leaves out its optimising compiler (TieredStopAtLevel)");
    }
    if (option("EnableVectorSupport").filter("false"::equals).isPresent()) {
      return Optional.of("this JVM does not compile vectors (EnableVectorSupport is off)");
    }
    return Optional.empty();
  }

  private static Optional<String> option(String name) {
    HotSpotDiagnosticMXBean bean =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    try {
      return Optional.of(bean.getVMOption(name).getValue());
    } catch (IllegalArgumentException | NullPointerException e) {
      return Optional.empty(); // Another compiler, or another JVM, that has no such option.
    }
  }
}
