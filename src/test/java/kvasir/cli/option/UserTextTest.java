package kvasir.cli.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import kvasir.cli.Launch;
import kvasir.error.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Texts from files, pipes and standard input. */
@Timeout(120)
class UserTextTest {
  private static final String TEXT = "Wanda Veewick \u4e16\u754c";
  private static final Path DEMO = Path.of("experiments/demo-model/model").toAbsolutePath();

  @TempDir Path folder;

  private Path pipe() throws IOException, InterruptedException {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    Thread.ofPlatform().daemon(true).start(() -> fill(pipe));
    return pipe;
  }

  private static void fill(Path pipe) {
    try {
      Files.writeString(pipe, TEXT);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String refusal(Path file) {
    UserText text = new UserText("--prompt-file", file);
    return assertThrows(UserError.class, text::read).getMessage();
  }

  @Test
  void aNamedPipeIsReadToItsEnd() throws Exception { // T9
    assertEquals(TEXT, new UserText("--prompt-file", pipe()).read());
  }

  @Test
  void nothingIsAnEmptyText() { // T9
    assertEquals("", new UserText("--prompt-file", Path.of("/dev/null")).read());
  }

  @Test
  void aByteOrderMarkIsNoText() throws IOException { // L8
    Path file = Files.writeString(folder.resolve("marked.txt"), "\ufeff" + TEXT);
    assertEquals(TEXT, new UserText("--prompt-file", file).read());
  }

  @Test
  void whatCannotBeReadSaysWhy() { // T9
    assertEquals("--prompt-file " + folder + ": is a folder; give a text file", refusal(folder));
    Path gone = folder.resolve("gone");
    assertEquals("--prompt-file " + gone + ": no such file; give a text file", refusal(gone));
    assertEquals("--prompt-file: the path is empty; give a text file", refusal(Path.of("")));
    assertTrue(refusal(Path.of("/dev/fd/999")).contains("or send the text to standard input"));
  }

  private static void assertTokens(String command) {
    Launch.Result result = Launch.run("/bin/bash", "-c", command.replace("DEMO", DEMO.toString()));
    assertEquals(0, result.code(), result.err());
    assertTrue(result.out().contains("\"prompt_tokens\":[130,105]"), result.out());
  }

  @Test
  void severalRanksReadStandardInputOnce() { // T9, M1
    assertTokens(
        "printf '\\303\\251' | env -u LC_ALL LANG=C launch/kvasir generate --model DEMO"
            + " --prompt-file - --max-new-tokens 1 --ranks 2 --json");
  }

  @Test
  void mpjsLauncherPassesWordsAndPipesOn() { // T3, T9, M1
    assertTokens(
        "env -u LC_ALL LANG=C launch/mpjrun -np 2 generate --model DEMO --prompt-file"
            + " <(printf '\\303\\251') --max-new-tokens 1 --stop ' \u00fc *' --stop '@x' --json");
  }
}
