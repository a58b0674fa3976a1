package kvasir.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import kvasir.launch.Console;

/** Keeps what a world prints. Thread-safe. */
final class KeptConsole implements Console {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Override
  public void write(byte[] results) {
    out.writeBytes(results);
  }

  @Override
  public void note(String line) {
    err.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public PrintStream errors() {
    return new PrintStream(err, true, StandardCharsets.UTF_8);
  }

  @Override
  public boolean leaveTerminal() {
    return false;
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
