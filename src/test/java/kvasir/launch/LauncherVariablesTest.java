package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kvasir.error.UserError;
import kvasir.launch.heartbeat.RunToken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LauncherVariablesTest {
  private static final Map<String, String> RANK =
      Map.of(
          "KVASIR_RANK", "1",
          "KVASIR_RANKS", "2",
          "KVASIR_LOCAL_RANK", "0",
          "KVASIR_LOCAL_RANKS", "1",
          "KVASIR_LISTENER", "10.0.0.1:4711");
  private static final Map<String, String> NATIVE =
      Map.of("KVASIR_TOKEN", RunToken.random().text(), "KVASIR_LISTENER", "fe80::1%eth0:4711");

  private static String refusal(Map<String, String> environment) {
    return assertThrows(UserError.class, () -> LauncherVariables.check(environment)).getMessage();
  }

  @Test
  void whatKvasirSetsItselfIsAccepted() {
    for (Map<String, String> environment : List.of(RANK, NATIVE, Map.of("PATH", "/bin"))) {
      assertDoesNotThrow(() -> LauncherVariables.check(environment));
    }
    ProcessHandle parent = ProcessHandle.current().parent().orElseThrow();
    for (ProcessHandle above : List.of(parent, parent.parent().orElse(parent))) {
      assertDoesNotThrow(
          () -> LauncherVariables.check(Map.of("KVASIR_WATCHED_ARM", "" + above.pid())));
    }
  }

  // C10
  @ParameterizedTest
  @CsvSource({
    "KVASIR_RANK",
    "KVASIR_RANKS",
    "KVASIR_LOCAL_RANK",
    "KVASIR_LOCAL_RANKS",
    "KVASIR_LISTENER",
    "KVASIR_TOKEN",
    "KVASIR_WATCHED_ARM"
  })
  void oneAloneIsRefusedByItsNameWhateverItsValue(String name) {
    for (String value : List.of("", "0", "-1", "x", "99999999999", "a:0", "a:99999", ":", "é")) {
      assertTrue(refusal(Map.of(name, value)).startsWith(name + ": "), name + "=" + value);
    }
    assertFalse(LauncherVariables.isRank(Map.of("KVASIR_RANK", "x")));
  }

  // C10
  @ParameterizedTest
  @CsvSource({"KVASIR_RANK,2", "KVASIR_RANKS,1", "KVASIR_LOCAL_RANK,1", "KVASIR_LISTENER,a:70000"})
  void oneThatDoesNotFitTheOthersIsRefused(String name, String value) {
    Map<String, String> environment = new HashMap<>(RANK);
    environment.put(name, value);
    String refused = name.equals("KVASIR_RANKS") ? "KVASIR_RANK" : name;
    assertTrue(refusal(environment).startsWith(refused + ": "), refusal(environment));
  }

  // C10
  @Test
  void theTokenIsNotShown() {
    String wrong = RunToken.random().text() + "0";
    assertEquals(-1, refusal(Map.of("KVASIR_TOKEN", wrong)).indexOf(wrong));
  }
}
