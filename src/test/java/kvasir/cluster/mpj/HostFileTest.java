package kvasir.cluster.mpj;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import kvasir.error.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostFileTest {
  @Test
  void allFormsOfALineAreRead() {
    HostFile file =
        HostFile.parse("f", List.of("# all", "a:2", "", "b slots=1 # last", "c", "c slots = 2"));
    assertEquals(List.of("a", "a", "b", "c", "c", "c"), file.place(6));
    assertEquals(List.of("a", "a", "b"), file.place(3));
    assertTrue(assertThrows(UserError.class, () -> file.place(7)).getMessage().contains("7 ranks"));
  }

  @Test
  void theShippedExamplesAreRead() {
    assertEquals(4, HostFile.read(Path.of("hostfiles/localhost")).place(4).size());
    assertEquals(5, HostFile.read(Path.of("hostfiles/example-cluster")).place(5).size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-oProxyCommand=x",
        "a b",
        "a;reboot",
        "a:0",
        "a:x",
        "$(id)",
        "a:99999",
        "host\u0000",
        "'x'"
      })
  void hostileLinesAreRefusedWithTheirNumber(String line) {
    String message =
        assertThrows(UserError.class, () -> HostFile.parse("f", List.of("ok", line))).getMessage();
    assertTrue(message.contains("f line 2"), message);
  }

  @Test
  void anEmptyFileIsRefused() {
    assertThrows(UserError.class, () -> HostFile.parse("f", List.of("# nothing")));
  }

  @Test
  void aRemoteRankIsStartedBySshWithEveryWordQuoted() {
    List<String> command = List.of("/opt/jdk/bin/java", "-cp", "a b", "Main", "it's; rm -rf $HOME");
    RankLauncher launcher =
        new RankLauncher(List.of("node1"), command, Duration.ofSeconds(1), System.err);
    assertEquals(command, launcher.commandFor("localhost", Map.of()));
    assertEquals(
        List.of(
            "ssh",
            "-o",
            "BatchMode=yes",
            "--",
            "node1",
            "exec env 'KVASIR_RANK=1' '/opt/jdk/bin/java' '-cp' 'a b' 'Main'"
                + " 'it'\\''s; rm -rf $HOME'"),
        launcher.commandFor("node1", Map.of("KVASIR_RANK", "1")));
  }
}
