package kvasir.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import kvasir.error.UserError;
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

  @Test
  void aFileThatCannotBeWrittenIsRefusedBeforehand() throws IOException {
    Path file = folder.resolve("new/file");
    WholeFile.requireWritable(file);
    assertEquals(List.of(folder.resolve("new")), files());
    WholeFile.write(file, "before");
    WholeFile.requireWritable(file);
    assertEquals("before", Files.readString(file));
    for (Path bad : List.of(folder, file.resolve("below"), Path.of("/dev/null"))) {
      UserError error = assertThrows(UserError.class, () -> WholeFile.requireWritable(bad));
      assertTrue(error.getMessage().contains("cannot be written"), error.getMessage());
    }
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
