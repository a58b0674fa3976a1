package kvasir.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProcessUserTest {
  /** Checks that user 0 may have any name, or none (M5). */
  @Test
  void theNumberCountsAndNotTheName() throws Exception {
    Process process = new ProcessBuilder("id", "-u").start();
    String number =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    assertEquals(0, process.waitFor());
    assertEquals(Integer.parseInt(number), ProcessUser.id());
    String name = System.getProperty("user.name");
    try {
      for (String other : new String[] {"toor", "root", "?"}) {
        System.setProperty("user.name", other);
        assertEquals("0".equals(number), ProcessUser.isRoot(), other);
      }
    } finally {
      System.setProperty("user.name", name);
    }
  }
}
