package kvasir.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import kvasir.error.UserError;

/** Check that this JVM has the Vector API and compiles it to vector instructions. */
final class JvmCheck {
  private static final String MODULE = "jdk.incubator.vector";

  /** Length in bytes of the shortest vectors that a kernel uses (128 bits). */
  private static final int LEAST_BYTES = 16;

  /** Names of JVM options without which C2 allocates an object for each vector. */
  private static final List<String> UNBOXING =
      List.of("DoEscapeAnalysis", "EliminateAllocations", "Inline", "IncrementalInline");

  private JvmCheck() {}

  /**
   * Checks that the module of the Vector API is present.
   *
   * @throws UserError if it is missing
   */
  static void requireVectors() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      throw new UserError(
          "java",
          "the module " + MODULE + " is missing",
          "use launch/kvasir, or java --add-modules=" + MODULE + " -jar target/kvasir.jar");
    }
  }

  /**
   * Returns the reason why vectors are slow on this JVM, in one line; empty if they are not. Takes
   * 0.1 s.
   */
  static Optional<String> slowBecause() {
    return Stream.of(compiler(), vectors(), fma(), boxes()).flatMap(Optional::stream).findFirst();
  }

  private static Optional<String> compiler() {
    String mode = System.getProperty("java.vm.info", "");
    if (mode.contains("interpreted")) {
      return Optional.of("this JVM only interprets (-Xint)");
    }
    if (option("TieredStopAtLevel").filter(level -> !level.equals("4")).isPresent()) {
      return Optional.of("this JVM leaves out its optimising compiler (TieredStopAtLevel)");
    }
    if (mode.contains("emulated-client")) {
      return Optional.of("this JVM leaves out its optimising compiler (CompilationMode)");
    }
    return isOff("UseCompiler")
        ? Optional.of("this JVM only interprets (UseCompiler is off)")
        : Optional.empty();
  }

  private static Optional<String> vectors() {
    if (isOff("EnableVectorSupport")) {
      return Optional.of("this JVM does not compile vectors (EnableVectorSupport is off)");
    }
    Optional<String> bytes = option("MaxVectorSize").filter(size -> number(size) < LEAST_BYTES);
    if (bytes.isPresent()) {
      return Optional.of(
          "this JVM has vectors of at most "
              + bytes.get()
              + " bytes (MaxVectorSize), and computes longer ones in software");
    }
    return option("DisableIntrinsic")
        .filter(names -> names.contains("_Vector") || names.contains("_fma"))
        .map(names -> "this JVM computes vectors or FMA in software (DisableIntrinsic)");
  }

  private static Optional<String> fma() {
    return isOff("UseFMA")
        ? Optional.of(
            "this JVM computes FMA (fused multiply-add) in software: UseFMA is off, by an option"
                + " such as -XX:UseAVX=0 or -XX:-UseFMA, or because the processor has no FMA")
        : Optional.empty();
  }

  private static Optional<String> boxes() {
    return UNBOXING.stream()
        .filter(JvmCheck::isOff)
        .findFirst()
        .map(name -> "this JVM keeps vectors on its heap (" + name + " is off)");
  }

  private static boolean isOff(String name) {
    return option(name).filter("false"::equals).isPresent();
  }

  private static long number(String text) {
    return text.matches("\\d{1,9}") ? Long.parseLong(text) : LEAST_BYTES;
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
