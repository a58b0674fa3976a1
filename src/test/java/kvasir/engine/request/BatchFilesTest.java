package kvasir.engine.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import kvasir.error.UserError;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inputs and outputs that are refused before anything is changed, and pipes (B50). */
class BatchFilesTest {
  private static final String LINE = "{\"id\":\"a\",\"tokens\":[1]}\n";

  @TempDir Path folder;
  private Path input;

  @BeforeEach
  void write() throws IOException {
    input = Files.writeString(folder.resolve("in.jsonl"), LINE);
  }

  private String refusal(Path in, Path out) {
    return assertThrows(UserError.class, () -> new BatchFiles(in, out).check()).getMessage();
  }

  @Test
  void oneFileIsNotBoth() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), input);
    Path hard = Files.createLink(folder.resolve("hard"), input);
    for (Path same : new Path[] {input, link, hard, folder.resolve("./in.jsonl")}) {
      assertTrue(refusal(input, same).contains("is the input as well"));
    }
    assertEquals(LINE, Files.readString(input));
  }

  @Test
  void missingAndOtherPathsAreNamed() {
    Path out = folder.resolve("out.jsonl");
    assertTrue(refusal(folder.resolve("none"), out).contains("none: no such file"));
    assertTrue(refusal(folder, out).contains("is a directory"));
    assertTrue(refusal(input, folder.resolve("none/out")).contains("its directory does not exist"));
    assertTrue(refusal(input, folder).contains("is a directory"));
    assertFalse(Files.exists(out));
  }

  @Test
  void foldersThatCannotBeWrittenAreRefused() {
    Path closed = Path.of("/proc/self");
    Assumptions.assumeFalse(Files.isWritable(closed));
    assertTrue(refusal(input, closed.resolve("out")).contains("permission denied"));
  }

  @Test
  void standardStreamsAndNewFilesAreAccepted() {
    new BatchFiles(Path.of("-"), Path.of("-")).check();
    new BatchFiles(input, folder.resolve("out")).check();
    assertFalse(Files.exists(folder.resolve("out")));
  }

  @Test
  void aPipeIsReadAsItGrows() throws IOException, InterruptedException {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    BatchFiles files = new BatchFiles(pipe, Path.of("-"));
    files.check();
    CompletableFuture<OutputStream> writer =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return new FileOutputStream(pipe.toFile());
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    BatchOutput output = BatchOutput.toStream(line -> {}, Batches.RUN);
    files.requireUnchanged(Batches.READER, output);
    try (RequestSource source = files.requests(Batches.READER, output)) {
      try (OutputStream out = writer.join()) {
        out.write(LINE.getBytes(UTF_8));
        assertEquals(1, source.next().orElseThrow().line());
        out.write(LINE.replace("a", "b").getBytes(UTF_8));
        assertEquals(2, source.next().orElseThrow().line());
      }
      assertTrue(source.next().isEmpty());
    }
  }
}
