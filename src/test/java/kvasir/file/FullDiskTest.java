package kvasir.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kvasir.error.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writing to a full disk: the error says so, an existing file is unchanged, and no partial file is
 * left.
 */
class FullDiskTest {
  private static final String TOO_LONG = "x".repeat(100_000);

  @TempDir Path folder;

  @Test
  void whatWasThereStaysAndNothingHalfIsLeft() throws IOException {
    try (TinyDisk disk = TinyDisk.on(folder)) {
      Path file = folder.resolve("report.html");
      UserError error = assertThrows(UserError.class, () -> WholeFile.write(file, TOO_LONG));
      assertEquals(
          file
              + ": cannot be written: No space left on device; free some space, or write somewhere"
              + " else",
          error.getMessage());
      assertEquals(List.of(), disk.entries());
      WholeFile.write(file, "old");
      assertThrows(UserError.class, () -> WholeFile.write(file, TOO_LONG));
      assertEquals(List.of(file), disk.entries());
      assertEquals("old", Files.readString(file));
    }
  }

  @Test
  void otherReasonsAreNamedInWords() throws IOException {
    Path blocked = Files.writeString(folder.resolve("blocked"), "a file");
    UserError error =
        assertThrows(UserError.class, () -> WholeFile.write(blocked.resolve("x"), "text"));
    assertTrue(error.getMessage().endsWith("fix that, or write somewhere else"));
    assertEquals(List.of(blocked), new TinyDisk(folder).entries());
  }
}
