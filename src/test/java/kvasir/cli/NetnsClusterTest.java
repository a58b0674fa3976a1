package kvasir.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kvasir.Mpirun;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs over three hosts with names and addresses of their own: network namespaces. */
class NetnsClusterTest {
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();
  private static final List<String> RUN =
      List.of(
          "generate",
          "--model",
          MODEL.toString(),
          "--tokens",
          "1,2,3,4,5",
          "--max-new-tokens",
          "40",
          "--ignore-eos",
          "--fingerprint",
          "--stats",
          "--json");

  private static String expected;

  @BeforeAll
  static void needNamespaces() throws IOException {
    Launch.Result made = Launch.run("launch/netns-cluster", "2", "--", "true");
    Assumptions.assumeTrue(
        made.code() == 0,
        "no network namespaces, runs over several hosts not tested: " + made.err());
    expected = json(Launch.here(RUN.toArray())).get("fingerprint").asText();
  }

  private static JsonNode json(Launch.Result result) throws IOException {
    assertEquals(0, result.code(), result.err() + result.out());
    // mpjrun prints lines of its own around a program's.
    int begin = result.out().indexOf("{");
    int end = result.out().lastIndexOf("}") + 1;
    return new ObjectMapper().readTree(result.out().substring(begin, end));
  }

  private static Launch.Result onThreeNodes(String... command) {
    List<Object> words = new ArrayList<>(List.of("3", "--"));
    words.addAll(List.of((Object[]) command));
    words.addAll(RUN);
    return Launch.run("launch/netns-cluster", words.toArray());
  }

  private static void assertSame(Launch.Result result) throws IOException {
    JsonNode run = json(result);
    assertEquals(3, run.get("ranks").size());
    assertEquals(expected, run.get("fingerprint").asText(), result.err());
  }

  @Test
  void ranksStartedThroughSsh() throws IOException {
    List<Object> words = new ArrayList<>(List.of("3", "--", "launch/kvasir"));
    words.addAll(RUN);
    words.addAll(List.of("--hosts", "@hosts", "--ranks", "3"));
    assertSame(Launch.run("launch/netns-cluster", words.toArray()));
  }

  @Test
  void throughMpjrunAndItsDaemons() throws IOException {
    assertSame(onThreeNodes("src/test/resources/cluster/mpjrun-on-nodes", "@hosts"));
  }

  @Test
  void throughMpirun() throws IOException {
    Mpirun.need();
    assertSame(
        onThreeNodes(
            "mpirun",
            "--quiet",
            "--allow-run-as-root",
            "--bind-to",
            "none",
            "--hostfile",
            "@hosts",
            "-np",
            "3",
            "launch/kvasir"));
  }

  private static FaultRun decodingOnThreeHosts() {
    FaultRun run =
        FaultRun.startQuickly(
            "launch/netns-cluster",
            "3",
            "--",
            "launch/kvasir",
            "generate",
            "--model",
            MODEL,
            "--tokens",
            "1",
            "--max-new-tokens",
            "100000",
            "--ignore-eos",
            "--debug",
            "--hosts",
            "@hosts",
            "--ranks",
            "3");
    run.awaitActivity(0, "decoding token");
    return run;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void aHostThatIsCutOffIsNoticedOnBothSides(int rank) throws IOException {
    try (FaultRun run = decodingOnThreeHosts()) {
      FaultRun.Outcome outcome =
          run.inject(() -> cut("kv" + run.launcher().pid() + "-" + (rank + 1))).outcome();
      assertEquals(3, outcome.code(), outcome.err());
      // Rank 0 is on the launcher's own host: without its link all others are cut off.
      String lost = rank == 0 ? "rank [12] on node[23]" : "rank 2 on node3";
      assertTrue(
          outcome.errors().stream()
              .anyMatch(line -> line.matches(".*: " + lost + " was lost \\(no sign .*")),
          outcome.err());
    }
  }

  /** Takes a host off the network. */
  static void cut(String namespace) {
    try {
      new ProcessBuilder("ip", "-n", namespace, "link", "set", "eth0", "down").start().waitFor();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aRemoteRankThatStallsIsEndedThere() throws IOException {
    try (FaultRun run = decodingOnThreeHosts()) {
      run.signal("STOP", run.rank(1)).outcome().assertEnded(3, "rank 1 on node2 was lost (no sign");
    }
  }

  @Test
  void theDoctorFindsThreeHostsReady() {
    Launch.Result result =
        Launch.run(
            "launch/netns-cluster",
            "3",
            "--",
            "launch/doctor",
            "--hosts",
            "@hosts",
            "--model",
            MODEL);
    assertEquals(0, result.code(), result.out() + result.err());
    assertTrue(result.out().contains("all 3 hosts are ready"), result.out());
    assertEquals(3, result.out().lines().filter(line -> line.endsWith(" ok")).count());
  }

  @Test
  void theDoctorNamesWhatIsWrongAndWhatToDo() {
    Launch.Result result =
        Launch.run(
            "launch/netns-cluster", "2", "--", "launch/doctor", "--hosts", "hostfiles/netns");
    assertEquals(1, result.code(), result.out() + result.err());
    assertTrue(result.out().contains("node3: cannot be asked"), result.out());
    assertTrue(result.out().contains("1 problem"), result.out());
  }

  @Test
  void nothingIsLeftBehind() throws IOException {
    Launch.Result result = Launch.run("launch/netns-cluster", "2", "--", "sh", "-c", "exit 7");
    assertEquals(7, result.code(), result.err());
    Process list = new ProcessBuilder("ip", "netns", "list").start();
    String names = new String(list.getInputStream().readAllBytes(), UTF_8);
    assertTrue(!names.contains("kv"), names);
  }

  @Test
  void mistakesAreNamed() {
    Launch.run("launch/netns-cluster", "none", "--", "true").assertRefused("no number of nodes");
    Launch.run("launch/netns-cluster", "2", "true").assertRefused("no --");
    Launch.run("launch/netns-cluster", "2", "--rate", "fast", "--", "true").assertRefused("--rate");
  }
}
