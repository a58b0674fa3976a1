package kvasir.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  @TempDir Path folder;

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void aFileThatCannotBeFinishedLeavesTheOneBeforeAndNothingElse() throws IOException {
    Path file = folder.resolve("file");
    failHalfway(file);
    assertEquals(List.of(), files());
    WholeFile.write(file, "before");
    failHalfway(file);
    assertEquals("before", Files.readString(file));
    assertEquals(List.of(file), files());
  }

  private static void failHalfway(Path file) {
    assertThrows(
        IOException.class,
        () ->
            WholeFile.write(
                file,
                channel -> {
                  WholeFile.writeAll(channel, ByteBuffer.allocate(5000));
                  throw new IOException("No space left on device");
                }));
  }
}
