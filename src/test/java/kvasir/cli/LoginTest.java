package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranks on hosts whose logins do more than start them: names for this host, and an ssh of ours. */
class LoginTest {
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();

  @TempDir Path folder;

  @BeforeEach
  void needNamesForThisHost() throws IOException {
    Files.writeString(
        folder.resolve("hosts"),
        Files.readString(Path.of("/etc/hosts")) + "\n127.0.0.1 login1 a-much-longer-login2\n");
    Files.writeString(folder.resolve("hostfile"), "login1\na-much-longer-login2\n");
    script("named", "mount --bind \"$0.d/hosts\" /etc/hosts && exec \"$@\"");
    Files.createSymbolicLink(folder.resolve("named.d"), folder);
    login("");
    Launch.Result made = named("true");
    Assumptions.assumeTrue(
        made.code() == 0, "no mount namespaces, logins of hosts not tested: " + made.err());
  }

  private void script(String name, String body) throws IOException {
    Files.writeString(folder.resolve(name), "#!/bin/sh\n" + body + "\n");
    assertTrue(folder.resolve(name).toFile().setExecutable(true));
  }

  /** Has each host's login run this first; {@code $2} is the host's name. */
  private void login(String greeting) throws IOException {
    script(
        "ssh",
        "while [ \"$1\" != -- ]; do shift; done\n" + greeting + "\nshift 2; exec sh -c \"$1\"");
  }

  private Launch.Result named(Object... words) {
    Object[] all = new Object[words.length + 4];
    all[0] = "-m";
    all[1] = "env";
    all[2] = "PATH=" + folder + ":" + System.getenv("PATH");
    all[3] = folder.resolve("named");
    System.arraycopy(words, 0, all, 4, words.length);
    return Launch.run("/usr/bin/unshare", all);
  }

  private Launch.Result generate() {
    return named(
        Path.of("launch/kvasir").toAbsolutePath(),
        "generate",
        "--model",
        MODEL,
        "--tokens",
        "1,5",
        "--max-new-tokens",
        4,
        "--hosts",
        folder.resolve("hostfile"),
        "--ranks",
        2);
  }

  // C2
  @Test
  void whatALoginPrintsIsNotAmongTheResults() throws IOException {
    login("echo \"Welcome to $2\"; head -c 100000 /dev/zero | tr '\\0' x; echo hello $2 >&2");
    Launch.Result result = generate();
    assertEquals(0, result.code(), result.err());
    assertEquals("27 27 27 27", result.out().strip());
  }

  // C3
  @Test
  void aHostfileAloneGivesARankOnEachSlot() throws IOException {
    Launch.Result result =
        named(words("generate --model MODEL --tokens 1,5 --max-new-tokens 4 --stats --json"));
    assertEquals(0, result.code(), result.err());
    assertEquals(2, new ObjectMapper().readTree(result.out()).get("ranks").size(), result.out());
  }

  // C3
  @Test
  void oneRankIsOnTheFirstHost() throws IOException {
    login("echo \"$2\" >>" + folder + "/visited");
    Launch.Result result =
        named(words("generate --model MODEL --tokens 1,5 --max-new-tokens 4 --ranks 1"));
    assertEquals(0, result.code(), result.err());
    assertEquals("27 27 27 27", result.out().strip());
    assertEquals("login1\n", Files.readString(folder.resolve("visited")));
  }

  // C5
  @Test
  void eachHostGivesItsRanksAllItsProcessors() throws IOException {
    Object[] run = words("generate --model MODEL --tokens 1,5 --max-new-tokens 4 --ranks 2");
    Launch.Result result =
        named(
            Stream.concat(
                    Stream.of("env", "KVASIR_JVM_OPTS=-XX:ActiveProcessorCount=3"), Stream.of(run))
                .toArray());
    assertEquals(0, result.code(), result.err());
    assertTrue(result.err().contains("2 ranks x 3 threads"), result.err());
  }

  // C13
  @Test
  void theDoctorAsksNodesOfASlurmJobBySteps() throws IOException {
    login("echo \"no sshd on $2\" >&2; exit 255");
    script(
        "srun",
        "echo \"$*\" >>"
            + folder
            + "/steps\nwhile [ \"${1#-}\" != \"$1\" ]; do shift; done; exec \"$@\"");
    Launch.Result result =
        named(
            "env",
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

  private Object[] words(String command) {
    String words = command.replace("MODEL", MODEL.toString()) + " --hosts " + folder + "/hostfile";
    return Stream.concat(
            Stream.of(Path.of("launch/kvasir").toAbsolutePath()), Stream.of(words.split(" ", -1)))
        .toArray();
  }

  // C16
  @Test
  void aJvmThatCannotStartOnAHostGivesItsReason() throws IOException {
    login("echo \"Welcome to $2\"; [ $2 = login1 ] || ulimit -v 3000000");
    Launch.Result result = generate();
    assertEquals(3, result.code(), result.err());
    assertEquals("", result.out());
    assertEquals(1, result.errors().size(), result.err());
    String error = result.errors().getFirst();
    assertTrue(error.contains("rank 1 on a-much-longer-login2 was lost (exit code 1: "), error);
    assertTrue(error.matches(".*: (There is insufficient memory|Error occurred) .*"), error);
  }
}
