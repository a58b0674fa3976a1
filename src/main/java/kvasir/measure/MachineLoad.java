package kvasir.measure;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Counters of a machine's load since its start, as Linux keeps them; 0 on other systems, except the
 * times of this process.
 *
 * @param processors number of processors of the machine
 * @param ticks clock ticks of all processors
 * @param busyTicks ticks in which a processor was neither idle nor waiting for input and output
 * @param stolenTicks ticks that the hypervisor gave to other machines
 * @param ownNanos processor time of this process in nanoseconds
 * @param nanos reading of {@link System#nanoTime}
 * @param throttled number of times that a quota or heat slowed a processor
 * @param swapped number of pages swapped in and out
 */
public record MachineLoad(
    int processors,
    long ticks,
    long busyTicks,
    long stolenTicks,
    long ownNanos,
    long nanos,
    long throttled,
    long swapped) {
  private static final Path STAT = Path.of("/proc/stat");
  private static final Path PAGES = Path.of("/proc/vmstat");
  private static final Path QUOTA = Path.of("/sys/fs/cgroup/cpu.stat");
  private static final Path OLDER_QUOTA = Path.of("/sys/fs/cgroup/cpu/cpu.stat");
  private static final Path CPUS = Path.of("/sys/devices/system/cpu");
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final int IDLE = 3;
  private static final int IO_WAIT = 4;
  private static final int STOLEN = 7;

  /** Returns the counters' present values. */
  public static MachineLoad now() {
    List<String> stat = lines(STAT);
    long[] all =
        stat.isEmpty()
            ? new long[STOLEN + 1]
            : Arrays.stream(stat.getFirst().split("\\s+"))
                .skip(1)
                .limit(STOLEN + 1)
                .mapToLong(Long::parseLong)
                .toArray();
    long ticks = LongStream.of(all).sum();
    return new MachineLoad(
        (int) stat.stream().filter(l -> l.matches("cpu\\d+ .*")).count(),
        ticks,
        ticks - all[IDLE] - all[IO_WAIT],
        all[STOLEN],
        ownCpu(),
        System.nanoTime(),
        counter(lines(QUOTA), "nr_throttled")
            + counter(lines(OLDER_QUOTA), "nr_throttled")
            + heat(),
        counter(lines(PAGES), "pswpin") + counter(lines(PAGES), "pswpout"));
  }

  /** Returns the counts since an earlier reading. */
  public MachineLoad since(MachineLoad earlier) {
    return new MachineLoad(
        processors,
        ticks - earlier.ticks,
        busyTicks - earlier.busyTicks,
        stolenTicks - earlier.stolenTicks,
        ownNanos - earlier.ownNanos,
        nanos - earlier.nanos,
        throttled - earlier.throttled,
        swapped - earlier.swapped);
  }

  /** Returns the share of all processors' time that was busy, 0 to 1. */
  public double busyShare() {
    return ticks == 0 ? 0 : (double) busyTicks / ticks;
  }

  /** Returns the share of all processors' time that this process used, 0 to 1. */
  public double ownShare() {
    return processors == 0 || nanos == 0 ? 0 : (double) ownNanos / nanos / processors;
  }

  /**
   * Returns the share of all processors' time that the hypervisor gave to other machines, 0 to 1.
   */
  public double stolenShare() {
    return ticks == 0 ? 0 : (double) stolenTicks / ticks;
  }

  /**
   * Returns an id of the running kernel, the same in all containers and network namespaces of a
   * machine, or "unknown".
   */
  public static String machine() {
    List<String> id = lines(BOOT);
    return id.isEmpty() ? "unknown" : id.getFirst();
  }

  private static long ownCpu() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? Math.max(0, system.getProcessCpuTime())
        : 0;
  }

  private static long heat() {
    long times = 0;
    List<Path> cpus = new ArrayList<>();
    try (Stream<Path> entries = Files.list(CPUS)) {
      entries.filter(p -> p.getFileName().toString().matches("cpu\\d+")).forEach(cpus::add);
    } catch (IOException e) {
      return 0;
    }
    for (Path cpu : cpus) {
      List<String> count = lines(cpu.resolve("thermal_throttle/core_throttle_count"));
      times += count.isEmpty() ? 0 : Long.parseLong(count.getFirst().strip());
    }
    return times;
  }

  private static long counter(List<String> lines, String name) {
    return lines.stream()
        .filter(l -> l.startsWith(name + " "))
        .mapToLong(l -> Long.parseLong(l.substring(name.length() + 1).strip()))
        .findFirst()
        .orElse(0);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }
}
