package kvasir.measure;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What a result depends on beside the code.
 *
 * @param memoryMiB of the machine
 * @param kernel of the operating system
 * @param flags of this JVM
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

  /** Of the machine and the JVM that this code runs in; "unknown" where the system does not say. */
  public static MachineFacts here() {
    return here(UnaryOperator.identity());
  }

  /**
   * As {@link #here()}.
   *
   * @param shown makes of a flag what others may see of it
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

  /** The name that the system has given itself. */
  public static String hostName() {
    return line(HOST, "");
  }

  /** Whether results of both belong beside each other. */
  public boolean sameAs(MachineFacts other) {
    return processor.equals(other.processor) && processors == other.processors;
  }

  private static long kibibytes() {
    String digits = line(MEMORY, "MemTotal").replaceAll("\\D", "");
    return digits.isEmpty() ? 0 : Long.parseLong(digits);
  }

  /** The first line that begins so. */
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
