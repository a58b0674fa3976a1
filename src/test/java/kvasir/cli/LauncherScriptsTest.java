package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Work that the commands in {@code launch/} do before they start a JVM, or instead of one. */
@Timeout(60)
class LauncherScriptsTest {
  private static final Path ROOT = Path.of("").toAbsolutePath();

  @TempDir Path folder;

  /** Runs lines of bash that have read {@code launch/common.sh}; XDG_CACHE_HOME is the folder. */
  private Launch.Result sourced(String... lines) throws IOException {
    Path script = folder.resolve("script");
    String begin = "#!/usr/bin/env bash\nset -euo pipefail\n. " + ROOT + "/launch/common.sh\n";
    Files.writeString(
        script,
        begin
            + "unset KVASIR_STATE\nexport XDG_CACHE_HOME="
            + folder
            + "/cache\n"
            + String.join("\n", lines)
            + "\n");
    return Launch.run("/usr/bin/env", "bash", script);
  }

  /** U4: help asks for nothing, starts nothing and is a result. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "faults",
        "jmh",
        "mpj-daemon",
        "mpjrun",
        "netns-cluster",
        "slurm.sbatch",
        "test"
      })
  void everyCommandHasHelp(String command) {
    Launch.Result help = Launch.run("launch/" + command, "--help");
    assertEquals(0, help.code(), help.err());
    assertEquals("", help.err());
    assertTrue(help.out().contains("launch/"), help.out());
    assertFalse(help.out().lines().anyMatch(line -> line.startsWith("#")), help.out());
    if (!command.equals("demo")) {
      Launch.run("launch/" + command, "--frobnicate").assertRefused("");
    }
  }

  /** M6: a closed standard output is refused, and no file takes the place of a closed stream. */
  @ParameterizedTest
  @ValueSource(strings = {"<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"})
  void closedStreamsStayEmpty(String closed) throws IOException {
    Files.writeString(
        folder.resolve("inner"),
        "#!/usr/bin/env bash\nset -euo pipefail\n. "
            + ROOT
            + "/launch/common.sh\n"
            + "for n in 0 1 2; do readlink /proc/$$/fd/$n; done >"
            + folder
            + "/streams\n"
            + "print_help "
            + ROOT
            + "/launch/mpj-daemon\n");
    Launch.Result result =
        Launch.run("/usr/bin/env", "bash", "-c", "bash " + folder + "/inner " + closed);
    boolean unreadable = closed.startsWith(">&-") || closed.contains(" >&-");
    assertEquals(unreadable ? 2 : 0, result.code(), result.err());
    assertEquals(3, Files.readAllLines(folder.resolve("streams")).size(), result.err());
  }

  /** M4: the user's own folder where the checkout's cannot be written. */
  @Test
  void stateIsWhereTheUserMayWrite() throws IOException {
    Path checkout = Files.createDirectory(folder.resolve("check out"));
    String root = "ROOT='" + checkout + "'";
    String show = "find_state; echo \"$STATE\"";
    assertEquals(checkout + "/.kvasir\n", sourced(root, show).out());
    Files.delete(checkout.resolve(".kvasir/.probe"));
    Files.delete(checkout.resolve(".kvasir"));
    // A file in its place cannot be written to, whoever tries.
    Files.writeString(checkout.resolve(".kvasir"), "");
    String moved = sourced(root, show).out();
    assertTrue(moved.startsWith(folder + "/cache/kvasir/"), moved);
    assertEquals(
        folder + "/given\n", sourced(root, "KVASIR_STATE=" + folder + "/given", show).out());
    sourced(root, "XDG_CACHE_HOME=/dev/null", show)
        .assertRefused("cannot be written; set KVASIR_STATE to a folder");
    sourced(root, "unset XDG_CACHE_HOME HOME", show).assertRefused(checkout + "/.kvasir: cannot");
    sourced("KVASIR_STATE=/dev/null/state", show).assertRefused("/dev/null/state: cannot be");
  }

  /** U5: a build is quiet, and shows its end without control characters where it fails. */
  @Test
  void outputIsShownWhereItFails() throws IOException {
    String noisy = "bash -c 'printf \"a\\033[0m\\033[1;31mb\\a\\n\"; exit $0'";
    Launch.Result fine = sourced("quietly " + folder + "/log what " + noisy + " 0");
    assertEquals(0, fine.code());
    assertEquals("", fine.out() + fine.err());
    Launch.Result failed = sourced("quietly " + folder + "/log what " + noisy + " 7");
    assertEquals(7, failed.code());
    assertEquals("", failed.out());
    assertEquals("ab\n", failed.err());
  }

  /** The JVM's warning goes, and every other byte passes as it comes. */
  @Test
  void onlyTheWarningIsLeftOut() throws IOException {
    String warning = "WARNING: Using incubator modules: jdk.incubator.vector\\n";
    for (String text : new String[] {"", "a", "a\\n", "\\rbar 1\\rbar 2", "\\n\\nEXIT\\n b"}) {
      for (String before : new String[] {"", warning}) {
        String run = "printf '" + before + text + "' | without_incubator_warning";
        Launch.Result result = sourced(run);
        assertEquals(text.replace("\\n", "\n").replace("\\r", "\r"), result.err(), before + text);
        assertEquals("", result.out());
      }
    }
  }
}
