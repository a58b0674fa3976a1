package kvasir.launch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kvasir.fuzz.Fuzz;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged lists of hosts: read, or refused by name. */
class HostFileFuzzTest {
  private static final int RANKS = 4;

  @TempDir Path directory;

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static void place(HostFile hosts) {
    if (hosts.slots().stream().mapToLong(HostFile.Slot::ranks).sum() >= RANKS) {
      hosts.place(RANKS);
    }
  }

  @Test
  void damagedHostfiles() throws IOException {
    Path file = directory.resolve("hosts");
    byte[] shipped = Files.readAllBytes(Path.of("hostfiles/example-cluster"));
    List<byte[]> samples =
        List.of(shipped, bytes("# all\na:2\n\nb slots=1 # last\nc\n10.0.0.1 slots = 2\n"));
    Fuzz.check(
        file.toString(),
        500,
        samples,
        in -> {
          Files.write(file, in);
          place(HostFile.read(file));
        });
  }

  @Test
  void damagedNodesOfSlurm() {
    List<byte[]> samples =
        List.of(
            bytes("n[01-02,07],gpu"),
            bytes("a-[1-3]"),
            bytes("solo"),
            bytes("r[0-1]n[1-2]b[01-99],x"),
            bytes("n[1" + ",2".repeat(9_000) + "]"));
    Fuzz.check(
        "SLURM_JOB_NODELIST",
        500,
        samples,
        in -> place(SlurmHosts.parse(new String(in, ISO_8859_1), "2(x2),1")));
  }

  @Test
  void damagedTasksOfSlurm() {
    Fuzz.check(
        "SLURM_TASKS_PER_NODE",
        300,
        List.of(bytes("2(x2),1(x2)"), bytes("4")),
        in -> place(SlurmHosts.parse("n[1-4]", new String(in, ISO_8859_1))));
  }
}
