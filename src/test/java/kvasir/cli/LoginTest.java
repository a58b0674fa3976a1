package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranks on hosts whose logins do more than start them: names for this host, and an ssh of ours. */
class LoginTest {
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();

  @TempDir Path folder;

  private NamedHosts hosts;

  @BeforeEach
  void needNamesForThisHost() throws IOException {
    hosts = new NamedHosts(folder, "login1", "a-much-longer-login2");
  }

  private Launch.Result kvasir(String command) {
    String words = command.replace("MODEL", MODEL.toString()) + " --hosts " + hosts.hostfile();
    return hosts.run("launch/kvasir", (Object[]) words.split(" ", -1));
  }

  private Launch.Result generate() {
    return kvasir("generate --model MODEL --tokens 1,5 --max-new-tokens 4 --ranks 2");
  }

  // C2
  @Test
  void whatALoginPrintsIsNotAmongTheResults() throws IOException {
    hosts.login("echo \"Welcome to $2\"; head -c 100000 /dev/zero | tr '\\0' x; echo hello $2 >&2");
    Launch.Result result = generate();
    assertEquals(0, result.code(), result.err());
    assertEquals("27 27 27 27", result.out().strip());
  }

  /** As in a container whose own name is in no file of hosts. */
  @Test
  void aHostWhoseOwnNameHasNoAddressSaysSo() {
    Launch.Result nameless =
        Launch.run(
            "/usr/bin/unshare",
            "-u",
            "sh",
            "-c",
            "hostname a-name-of-no-host && ! getent hosts a-name-of-no-host");
    Assumptions.assumeTrue(
        nameless.code() == 0, "no host without an address can be made here: " + nameless.err());
    Launch.Result result =
        Launch.run(
            "/usr/bin/unshare",
            "-u",
            "sh",
            "-c",
            "hostname a-name-of-no-host && exec \"$@\"",
            "sh",
            Path.of("launch/kvasir").toAbsolutePath(),
            "generate",
            "--model",
            MODEL,
            "--tokens",
            "1,5",
            "--ranks",
            2);
    assertEquals(3, result.code(), result.err());
    assertTrue(result.err().contains("own name"), result.err());
    assertTrue(result.err().contains("/etc/hosts"), result.err());
  }

  // C3
  @Test
  void aHostfileAloneGivesARankOnEachSlot() throws IOException {
    Launch.Result result =
        kvasir("generate --model MODEL --tokens 1,5 --max-new-tokens 4 --stats --json");
    assertEquals(0, result.code(), result.err());
    assertEquals(2, new ObjectMapper().readTree(result.out()).get("ranks").size(), result.out());
  }

  // C3
  @Test
  void oneRankIsOnTheFirstHost() throws IOException {
    hosts.login("echo \"$2\" >>" + folder + "/visited");
    Launch.Result result =
        kvasir("generate --model MODEL --tokens 1,5 --max-new-tokens 4 --ranks 1");
    assertEquals(0, result.code(), result.err());
    assertEquals("27 27 27 27", result.out().strip());
    assertEquals("login1\n", Files.readString(folder.resolve("visited")));
  }

  // C5
  @Test
  void eachHostGivesItsRanksAllItsProcessors() throws IOException {
    Launch.Result result =
        hosts.run(
            "/usr/bin/env",
            "KVASIR_JVM_OPTS=-XX:ActiveProcessorCount=3",
            Path.of("launch/kvasir").toAbsolutePath(),
            "generate",
            "--model",
            MODEL,
            "--tokens",
            "1,5",
            "--max-new-tokens",
            4,
            "--hosts",
            hosts.hostfile());
    assertEquals(0, result.code(), result.err());
    assertTrue(result.err().contains("2 ranks x 3 threads"), result.err());
  }

  // C13
  @Test
  void theDoctorAsksNodesOfASlurmJobBySteps() throws IOException {
    hosts.login("echo \"no sshd on $2\" >&2; exit 255");
    hosts.script(
        "srun",
        "echo \"$*\" >>"
            + folder
            + "/steps\nwhile [ \"${1#-}\" != \"$1\" ]; do shift; done; exec \"$@\"");
    Launch.Result result =
        hosts.run(
            "/usr/bin/env",
            "SLURM_JOB_ID=1",
            "SLURM_JOB_NODELIST=login1,a-much-longer-login2",
            "SLURM_TASKS_PER_NODE=1(x2)",
            Path.of("launch/doctor").toAbsolutePath(),
            "--hosts",
            "slurm");
    assertEquals(0, result.code(), result.out() + result.err());
    assertTrue(result.out().contains("all 2 hosts are ready"), result.out());
    String steps = Files.readString(folder.resolve("steps"));
    assertTrue(steps.contains("--nodelist=login1 "), steps);
    assertTrue(steps.contains("--nodelist=a-much-longer-login2 "), steps);
  }

  // C16
  @Test
  void aJvmThatCannotStartOnAHostGivesItsReason() throws IOException {
    hosts.login("echo \"Welcome to $2\"; [ $2 = login1 ] || ulimit -v 3000000");
    Launch.Result result = generate();
    assertEquals(3, result.code(), result.err());
    assertEquals("", result.out());
    assertEquals(1, result.errors().size(), result.err());
    String error = result.errors().getFirst();
    assertTrue(error.contains("rank 1 on a-much-longer-login2 was lost (exit code 1: "), error);
    assertTrue(error.matches(".*: (There is insufficient memory|Error occurred) .*"), error);
  }
}
