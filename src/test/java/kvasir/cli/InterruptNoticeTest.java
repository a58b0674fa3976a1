package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class InterruptNoticeTest {
  @Test
  void theCommandCanBeTypedAsItIs() {
    assertEquals(
        "launch/kvasir experiment run strong-scaling --quick --out r",
        InterruptNotice.command(
            List.of("experiment", "run", "strong-scaling", "--quick", "--out", "r")));
    assertEquals(
        "launch/kvasir experiment run 'my own.toml' --out 'it'\\''s'",
        InterruptNotice.command(List.of("experiment", "run", "my own.toml", "--out", "it's")));
  }
}
