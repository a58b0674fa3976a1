package kvasir.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** U2, U5: a person sees what a command does; results, files and pipes have nothing of it. */
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
        "kvasir: [######--------------] reading the prompt, token 3,120 of 9,103, 4 s",
        StatusLine.render("reading the prompt, token 3120/9103", 4));
    assertEquals("kvasir: loading weights, 4 s", StatusLine.render("loading weights", 4));
    assertEquals(
        "kvasir: [####################] a 5 of 5, 61 s",
        StatusLine.render("a 7/5", 61),
        "no overflow");
  }

  @Test
  void aLongLineKeepsItsNumbers() {
    assertEquals(
        "kvasir: [###---] asking about documents of 512 tokens, question 20 of 40, 12 s",
        StatusLine.render("asking about documents of 512 tokens, question 20/40", 12));
    String cut = StatusLine.render("x".repeat(200), 4);
    assertEquals("kvasir: " + "x".repeat(65) + ", 4 s", cut);
    assertEquals(
        "kvasir: [##--] " + "x".repeat(51) + " 3 of 6, 4 s",
        StatusLine.render("x".repeat(200) + " 3/6", 4));
  }

  /** Checks that a person sees each second that a step takes. */
  @Test
  void theLineMovesWhileAStepLasts() {
    StatusLine line = new StatusLine(true, terminal, () -> "reading the document, token 0/9101");
    line.draw(1);
    drawn();
    line.draw(2);
    assertEquals(
        "\rkvasir: [--------------------] reading the document, token 0 of 9,101, 2 s\033[K",
        drawn());
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
    assertEquals("", drawnInASecond(line));
    line.draw(2);
    assertEquals("\rkvasir: loading weights, 2 s\033[K", drawn());
    line.results("a word".getBytes(StandardCharsets.UTF_8));
    assertEquals("\r\033[K", drawn());
    assertEquals("", drawnInASecond(line));
    line.draw(3);
    line.clear();
    assertEquals("", drawn());
    line.results("s end\n".getBytes(StandardCharsets.UTF_8));
    assertEquals("", drawnInASecond(line));
    line.draw(4);
    assertEquals("\rkvasir: loading weights, 4 s\033[K", drawn());
    line.end();
    line.draw(5);
    assertEquals("\r\033[K", drawn());
    assertFalse(line.isActive());
  }

  private String drawnInASecond(StatusLine line) {
    for (int i = 0; i < 4; i++) {
      line.draw(2);
    }
    return drawn();
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
