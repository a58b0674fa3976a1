package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import kvasir.Mpirun;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command {@code batch} in a pipe: it reads standard input as it grows (B50, B51). */
@Timeout(120)
class StandardInputTest {
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();

  @TempDir Path folder;

  private Process start(String layout) throws IOException {
    List<Object> words = new ArrayList<>(List.of("batch", "--model", MODEL));
    words.addAll(List.of("--input", "-", "--output", "-"));
    words.addAll(Arrays.asList(layout.split(" ", -1)));
    return Launch.builder("launch/kvasir", words.toArray())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  private static void give(OutputStream in, String lines) throws IOException {
    in.write(lines.getBytes(StandardCharsets.UTF_8));
    in.flush();
  }

  private static String line(BufferedReader out) throws Exception {
    return CompletableFuture.supplyAsync(
            () -> {
              try {
                return out.readLine();
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            })
        .get(60, TimeUnit.SECONDS);
  }

  private String errors() throws IOException {
    return Files.readString(folder.resolve("err"));
  }

  private static String request(String id) {
    return "{\"id\": \"%s\", \"tokens\": [7], \"max_tokens\": 2}%n".formatted(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--ranks 1",
        "--ranks 2",
        "--ranks 2 --transport native",
        "--ranks 2 --transport inprocess",
        "--vector-bits 128"
      })
  @SuppressWarnings("try") // The input ends before the results are read.
  void resultsComeBeforeTheInputEnds(String layout) throws Exception {
    if (layout.endsWith("native")) {
      Mpirun.need();
    }
    Process process = start(layout);
    try (OutputStream in = process.getOutputStream();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String id : List.of("first", "second ä")) {
        give(in, request(id));
        assertTrue(line(out).startsWith("{\"id\":\"" + id + "\""), errors());
      }
      // More than a piece of the input, without a last LF.
      give(in, request("x".repeat(200_000)) + request("last").strip());
      in.close();
      assertTrue(line(out).startsWith("{\"id\":\"xxx"), errors());
      assertTrue(line(out).startsWith("{\"id\":\"last\""), errors());
      assertEquals(null, line(out));
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), errors());
      assertEquals(0, process.exitValue(), errors());
      assertTrue(errors().contains("4 results, 0 of them errors"), errors());
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--ranks 1", "--ranks 2"})
  void aReaderThatLeavesEndsIt(String layout) throws Exception {
    Process process = start(layout);
    try (OutputStream in = process.getOutputStream()) {
      try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
        give(in, request("first"));
        assertTrue(line(out).startsWith("{\"id\":\"first\""), errors());
      }
      // The input stays open.
      give(in, request("second"));
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), errors());
      assertEquals(141, process.exitValue(), errors());
      assertTrue(errors().lines().noneMatch(line -> line.contains("error")), errors());
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
