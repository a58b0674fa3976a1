package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** U2: commands on a terminal, which say what they do until results come, and leave nothing. */
class TerminalTest {
  private static final Path ROOT = Path.of("").toAbsolutePath();
  private static final Path SCRIPT = Path.of("/usr/bin/script");
  private static final String CLEARED = "\r\033[K";

  /** Runs a command with a terminal of its own, and returns all that the terminal was sent. */
  private static String terminal(String command) {
    Assumptions.assumeTrue(SCRIPT.toFile().canExecute(), "no script, terminals not tested");
    Launch.Result result =
        Launch.run(SCRIPT.toString(), "-qec", ROOT + "/launch/" + command, "/dev/null");
    assertEquals(0, result.code(), result.out());
    return result.out().replace("\r\n", "\n");
  }

  private static int find(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertTrue(matcher.find(), text);
    return matcher.start();
  }

  @Test
  void oneBarForAllRanksIsGoneBeforeTheResults() {
    String model = ROOT + "/experiments/demo-model/model";
    String sent =
        terminal(
            "kvasir ask --seed 1 --length 2048 --questions 1 --ranks 2 --threads 1 --model "
                + model);
    int bar =
        find(sent, "\rkvasir: \\[[#-]{20}\\] reading the [a-z]+, token [\\d,]+ of 2,0\\d\\d, ");
    int results = find(sent, "(?<=\033\\[K|\n)Read a town's document of seed 1: ");
    assertTrue(bar < results, sent);
    assertTrue(sent.substring(bar, results).endsWith(CLEARED), sent);
    assertTrue(sent.contains("A: Anton Viwell keeps the pink key of the brewery."), sent);
  }

  @Test
  void mpjsLauncherCountsSecondsUntilRanksSpeak() {
    String model = ROOT + "/src/test/resources/golden/qwen3-yarn";
    String sent =
        terminal("mpjrun -np 2 generate --tokens 1,5 --max-new-tokens 4 --model " + model);
    assertTrue(sent.startsWith("\rkvasir: starting 2 ranks"), sent);
    String results = sent.substring(sent.lastIndexOf(CLEARED) + CLEARED.length());
    assertTrue(results.startsWith("27 27 27 27 "), sent);
  }
}
