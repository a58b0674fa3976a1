package kvasir.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
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
  void slurmsListsAreRead() {
    assertEquals(
        List.of("n01", "n01", "n02", "n02", "n07", "gpu"),
        HostFile.ofSlurm("n[01-02,07],gpu", "2(x2),1(x2)").place(6));
    assertEquals(List.of("a-1", "a-2", "a-3"), HostFile.ofSlurm("a-[1-3]", null).place(3));
    assertEquals(List.of("solo", "solo"), HostFile.ofSlurm("solo", "2").place(2));
    for (String bad : List.of("", "n[1-", "n[x]", "-oProxy", "a;b", "a,,b", "n[1-2]x,")) {
      assertThrows(UserError.class, () -> HostFile.ofSlurm(bad, null), bad);
    }
    assertThrows(UserError.class, () -> HostFile.ofSlurm("a", "many"));
  }
}
