package kvasir.measure;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Properties of a machine and its JVM on which a measurement depends.
 *
 * @param host host name
 * @param processor model name of the processor
 * @param processors number of processors that this JVM may use
 * @param numaNodes number of NUMA nodes, at least 1
 * @param memoryMiB memory of the machine in MiB, or 0 if unknown
 * @param kernel name and version of the operating system
 * @param jdk name and version of the JVM
 * @param flags options of this JVM
 */
public record MachineFacts(
    String host,
    String processor,
    int processors,
    int numaNodes,
    long memoryMiB,
    String kernel,
    String jdk,
    List<String> flags) {
  private static final Path CPU = Path.of("/proc/cpuinfo");
  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final Path HOST = Path.of("/proc/sys/kernel/hostname");
  private static final Path NODES = Path.of("/sys/devices/system/node");

  /**
   * Returns the facts of this machine and this JVM; "unknown" stands for what the system does not
   * tell.
   */
  public static MachineFacts here() {
    return here(UnaryOperator.identity());
  }

  /**
   * Returns the facts of this machine and this JVM, with its flags edited for publication.
   *
   * @param shown maps a flag to the form that others may see
   */
  public static MachineFacts here(UnaryOperator<String> shown) {
    return new MachineFacts(
        hostName(),
        line(CPU, "model name").replaceFirst(".*:\\s*", ""),
        Runtime.getRuntime().availableProcessors(),
        nodes(),
        kibibytes() >> 10,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream().map(shown).toList());
  }

  /** Returns the host name, or "unknown". */
  public static String hostName() {
    return line(HOST, "");
  }

  /**
   * Returns whether results of both machines may be compared: same processor and number of
   * processors.
   */
  public boolean sameAs(MachineFacts other) {
    return processor.equals(other.processor) && processors == other.processors;
  }

  private static long kibibytes() {
    String digits = line(MEMORY, "MemTotal").replaceAll("\\D", "");
    return digits.isEmpty() ? 0 : Long.parseLong(digits);
  }

  /** Returns the first line of a file that begins with {@code begin}, or "unknown". */
  private static String line(Path file, String begin) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.filter(l -> l.startsWith(begin)).findFirst().orElse("unknown").strip();
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static int nodes() {
    try (Stream<Path> entries = Files.list(NODES)) {
      long nodes = entries.filter(p -> p.getFileName().toString().matches("node\\d+")).count();
      return (int) Math.max(1, nodes);
    } catch (IOException e) {
      return 1;
    }
  }
}
