package kvasir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

// M4
/** Tests that the copy that is loaded is complete, whatever the cache holds. */
@Isolated("changes properties that loading a tokenizer reads")
class NativeLibraryTest {
  private static final String CACHE = "DJL_CACHE_DIR";
  private static final String HOME = "kvasir.home";

  @TempDir Path cache;
  @TempDir Path home;

  private final String cacheBefore = System.getProperty(CACHE);
  private final String homeBefore = System.getProperty(HOME);

  @BeforeEach
  void set() {
    System.setProperty(CACHE, cache.toString());
    System.setProperty(HOME, home.toString());
  }

  @AfterEach
  void restore() {
    restore(CACHE, cacheBefore);
    restore(HOME, homeBefore);
  }

  private static void restore(String name, String value) {
    if (value == null) {
      System.clearProperty(name);
    } else {
      System.setProperty(name, value);
    }
  }

  @Test
  void aCutCopyIsReplaced() throws IOException {
    Path file = NativeLibrary.file().orElseThrow();
    assertTrue(file.startsWith(cache), file.toString());
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, new byte[1000]);
    assertEquals(file, NativeLibrary.file().orElseThrow());
    assertEquals(whole.length, Files.size(file));
  }

  @Test
  void theOwnersCopyIsTakenWhereItIsWhole() throws IOException {
    Path first = NativeLibrary.file().orElseThrow();
    Path own = home.resolve(".kvasir/djl").resolve(cache.relativize(first));
    Files.createDirectories(own.getParent());
    Files.move(first, own);
    assertEquals(own, NativeLibrary.file().orElseThrow());
    Files.write(own, new byte[1000]);
    assertEquals(first, NativeLibrary.file().orElseThrow());
  }
}
