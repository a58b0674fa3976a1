package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostProbeTest {
  private static HostProbe here(String model) {
    return HostProbe.of(
        "localhost",
        false,
        List.of(System.getProperty("java.home"), "/no/jar", model, "127.0.0.1", "1"),
        Duration.ofSeconds(20));
  }

  @Test
  void thisHostTellsItsFacts() {
    Path model = Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();
    HostProbe probe = here(model.toString());
    assertEquals("", probe.failure());
    assertEquals(System.getProperty("java.version"), probe.facts().get("java"));
    assertEquals("yes", probe.facts().get("vector"));
    assertEquals(64, probe.facts().get("model").length());
    assertTrue(Long.parseLong(probe.facts().get("memory")) > 0);
    assertTrue(Math.abs(probe.clockAhead()) < 10, "clock " + probe.clockAhead());
    assertEquals("no", probe.facts().get("reaches"), "nobody listens on port 1");
    assertTrue(!probe.facts().containsKey("jar"));
    assertEquals(probe.facts().get("model"), here(model.toString()).facts().get("model"));
  }

  @Test
  void whatAHostSaysIsNotTrusted() {
    Map<String, String> facts =
        HostProbe.facts(
            """
            Welcome!
            name=node1
            java=25\033[31m
            cores=2; rm -rf /
            =x
            long_name_of_a_fact=1
            cores=two
            clock=99999999999999999999
            memory=12
            """);
    assertEquals(Map.of("name", "node1", "memory", "12"), facts);
  }

  @Test
  void aHostThatDoesNotAnswerIsReportedInTime() {
    HostProbe probe =
        HostProbe.of(
            "nosuchhost.invalid", false, List.of("-", "-", "-", "-", "1"), Duration.ofSeconds(20));
    assertTrue(!probe.failure().isEmpty());
    assertTrue(probe.facts().isEmpty());
  }

  // C5
  @Test
  void processorsAreCountedAsAJvmCountsThem(@TempDir Path java) throws IOException {
    Files.createDirectory(java.resolve("bin"));
    Path program = java.resolve("bin").resolve("java");
    Files.writeString(
        program, "#!/bin/sh\necho '[0.01s][info][gc,init] CPUs: 64 total, 1 available'\n");
    assertTrue(program.toFile().setExecutable(true));
    Files.writeString(java.resolve("release"), "");
    HostProbe probe =
        HostProbe.of(
            "localhost",
            false,
            List.of(java.toString(), "/no/jar", "-", "127.0.0.1", "1"),
            Duration.ofSeconds(20));
    assertEquals("1", probe.facts().get("cores"));
    int processors = Runtime.getRuntime().availableProcessors();
    assertEquals(String.valueOf(processors), here("-").facts().get("cores"));
  }

  // C2
  @Test
  void whatALoginPrintsIsNeitherAFactNorInTheWay(@TempDir Path bin) throws Exception {
    Path shell = bin.resolve("login");
    Files.writeString(
        shell,
        """
        echo cores=999 clock=1
        head -c 300000 /dev/zero | tr '\\0' x
        head -c 300000 /dev/zero | tr '\\0' y >&2
        echo reaches=yes
        exec sh "$@"
        """);
    HostProbe probe =
        HostProbe.ask(
            "node1",
            List.of("sh", shell.toString(), "-s", "--", "/no", "/no", "-", "127.0.0.1", "1"),
            Duration.ofSeconds(20));
    assertEquals("", probe.failure());
    assertEquals("no", probe.facts().get("reaches"));
    assertTrue(!"999".equals(probe.facts().get("cores")), probe.facts().toString());
    assertTrue(Math.abs(probe.clockAhead()) < 10, "clock " + probe.clockAhead());
  }
}
