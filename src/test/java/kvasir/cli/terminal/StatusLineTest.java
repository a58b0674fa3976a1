package kvasir.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** U5: a person sees what a command does; results, files and pipes have nothing of it. */
class StatusLineTest {
  private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();

  private String drawn() {
    String text = terminal.toString(StandardCharsets.UTF_8);
    terminal.reset();
    return text;
  }

  @Test
  void stepsHaveABar() {
    assertEquals(
        "kvasir: [######--------------] reading the prompt, token 3,120 of 9,103",
        StatusLine.render("reading the prompt, token 3120/9103", 4));
    assertEquals("kvasir: loading weights, 4 s", StatusLine.render("loading weights", 4));
    assertEquals(78, StatusLine.render("x".repeat(200), 4).length());
    assertEquals(
        "kvasir: [####################] a 5 of 5", StatusLine.render("a 7/5", 4), "no overflow");
  }

  @Test
  void linesAndResultsHaveTheTerminalToThemselves() throws IOException {
    StatusLine line = new StatusLine(true, terminal, () -> "loading weights");
    line.draw(1);
    assertEquals("\rkvasir: loading weights, 1 s\033[K", drawn());
    line.draw(1);
    assertEquals("", drawn());
    line.before(terminal).write("kvasir: note\n".getBytes(StandardCharsets.UTF_8));
    assertEquals("\r\033[Kkvasir: note\n", drawn());
    line.draw(1);
    assertEquals("\rkvasir: loading weights, 1 s\033[K", drawn());
    line.results("a row\n".getBytes(StandardCharsets.UTF_8));
    assertEquals("\r\033[K", drawn());
    line.draw(2);
    assertEquals("\rkvasir: loading weights, 2 s\033[K", drawn());
    line.results("a word".getBytes(StandardCharsets.UTF_8));
    assertEquals("\r\033[K", drawn());
    line.draw(3);
    line.clear();
    assertEquals("", drawn());
    assertFalse(line.isActive());
  }

  @Test
  void withoutATerminalThereIsNothing() {
    StatusLine line = new StatusLine(false, terminal, () -> "loading weights");
    line.start();
    line.draw(1);
    line.end();
    assertEquals("", drawn());
  }
}
