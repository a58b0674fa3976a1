package kvasir.engine.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import kvasir.error.UserError;
import kvasir.file.TinyDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A batch that is run again on its output (B48, B49). */
class BatchResumeTest {
  private static final String INPUT =
      """
      {"id":"a","tokens":[1]}
      {"id":"b","tokens":[2],"max_tokens":6}
      {"id":"c","tokens":[3],"max_tokens":0,"n":2}
      """;

  @TempDir Path folder;
  private Path output;

  @BeforeEach
  void nameOutput() {
    output = folder.resolve("out.jsonl");
  }

  /** Runs a batch; returns the number of lines that were computed. */
  private int run(String input, Provenance run) throws IOException {
    Path file = Files.writeString(folder.resolve("in.jsonl"), input);
    BatchFiles files = new BatchFiles(file, output);
    files.check();
    try (BatchOutput results = BatchOutput.toFile(output, run)) {
      files.requireUnchanged(Batches.READER, results);
      results.begin();
      try (RequestSource source = files.requests(Batches.READER, results)) {
        return Batches.answerAll(source, results);
      }
    }
  }

  private int run(String input) throws IOException {
    return run(input, Batches.RUN);
  }

  private String refusal(String input, Provenance run) throws IOException {
    byte[] before = Files.readAllBytes(output);
    String message = assertThrows(UserError.class, () -> run(input, run)).getMessage();
    assertArrayEquals(before, Files.readAllBytes(output));
    return message;
  }

  private List<String> sorted() throws IOException {
    try (Stream<String> lines = Files.lines(output)) {
      return lines.sorted().toList();
    }
  }

  @Test
  void aCompleteOutputStaysAsItIs() throws IOException { // B48 a
    assertEquals(3, run(INPUT));
    byte[] whole = Files.readAllBytes(output);
    Files.setLastModifiedTime(output, FileTime.fromMillis(1_000_000));
    assertEquals(0, run(INPUT));
    assertArrayEquals(whole, Files.readAllBytes(output));
    assertEquals(FileTime.fromMillis(1_000_000), Files.getLastModifiedTime(output));
  }

  @Test
  void anOutputCutAnywhereIsCompleted() throws IOException { // B48 b, B49
    run(INPUT);
    byte[] whole = Files.readAllBytes(output);
    List<String> expected = sorted();
    Random random = new Random(5);
    for (int cut = 0; cut < whole.length; cut += 1 + random.nextInt(9)) {
      Files.write(output, Arrays.copyOf(whole, cut));
      long kept = new String(whole, 0, cut, UTF_8).chars().filter(c -> c == '\n').count();
      assertEquals(3 - kept, run(INPUT), "cut at " + cut);
      assertEquals(expected, sorted(), "cut at " + cut);
    }
    Files.write(output, Arrays.copyOf(whole, whole.length - 1));
    assertEquals(1, run(INPUT), "cut before its LF");
    assertEquals(expected, sorted());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(2, left.count(), "no file beside input and output");
    }
  }

  @Test
  void zerosThatACrashHasLeftAreCut() throws IOException { // B49
    run(INPUT);
    byte[] whole = Files.readAllBytes(output);
    Files.write(output, Arrays.copyOf(whole, whole.length + 4096));
    assertEquals(0, run(INPUT));
    assertArrayEquals(whole, Files.readAllBytes(output));
  }

  @Test
  void errorsAreTriedAgain() throws IOException { // B48 c
    String bad = INPUT + "{\"id\":\"d\",\"token\":1}\nnonsense\n{\"id\":\"e\",\"tokens\":[1],";
    run(bad + "\"max_tokens\":13}\n");
    assertEquals(6, sorted().size());
    assertEquals(3, run(bad + "\"max_tokens\":13}\n"));
    assertEquals(6, sorted().size());
    String fixed = INPUT + "{\"id\":\"d\",\"tokens\":[1]}\n{\"id\":\"e\",\"tokens\":[1]}\n";
    assertEquals(2, run(fixed));
    assertEquals(5, sorted().stream().filter(line -> line.contains("\"stop\"")).count());
    assertEquals(5, sorted().size());
  }

  @Test
  void othersStayAndOrderDoesNotMatter() throws IOException { // B48 d, f
    run("{\"id\":\"z\",\"tokens\":[9]}\n" + INPUT);
    byte[] whole = Files.readAllBytes(output);
    String turned =
        "{\"tokens\":[4],\"id\":\"new\"}\n\n"
            + String.join("\n", INPUT.lines().toList().reversed()).replace(":", " : ");
    assertEquals(1, run(turned));
    byte[] grown = Files.readAllBytes(output);
    assertArrayEquals(whole, Arrays.copyOf(grown, whole.length));
    assertEquals(5, sorted().size());
  }

  @Test
  void changesAreRefusedByName() throws IOException { // B48 e
    run(INPUT);
    String prompt = refusal(INPUT.replace("[2]", "[4]"), Batches.RUN);
    assertEquals(
        "--output "
            + output
            + ": the result of id \"b\" (line 2 of the input) was computed with another prompt;"
            + " ask for the same, or name another output",
        prompt);
    String option = refusal(INPUT.replace(":6", ":7"), Batches.RUN);
    assertTrue(option.contains("id \"b\""), option);
    assertTrue(option.contains("was computed with max_tokens 6, not 7;"), option);
    String usual = refusal(INPUT.replace(",\"max_tokens\":6", ""), Batches.RUN);
    assertTrue(usual.contains("was computed with max_tokens 6, not the default;"), usual);
    String seed = refusal(INPUT.replace(":6", ":6,\"seed\":3"), Batches.RUN);
    assertTrue(seed.contains("was computed with the default seed, not 3;"), seed);
    String type = refusal(INPUT, Batches.run("f32"));
    assertTrue(type.contains("id \"a\""), type);
    assertTrue(type.contains("was computed with --kv-type bf16, not f32;"), type);
    Provenance other = Provenance.of("1.0", "f123", Map.of("--kv-type", "bf16"));
    assertTrue(refusal(INPUT, other).contains("was computed with another model;"));
    String broken = refusal(INPUT.replace("\"a\"", "\"a\",\"x\":1"), Batches.RUN);
    assertTrue(broken.contains("id \"a\"") && broken.contains("there is no field"), broken);
    // A line of another id may change its model: nothing is mixed in its result.
    assertEquals(1, run("{\"id\":\"q\",\"tokens\":[1]}", Batches.run("f32")));
  }

  @Test
  void refusalsComeBeforeErrorsAreRemoved() throws IOException {
    run(INPUT + "nonsense\n");
    refusal(INPUT.replace("[2]", "[4]"), Batches.RUN);
  }

  @Test
  void otherFilesAreNotTouched() throws IOException {
    for (String text :
        List.of("notes\n", "notes", INPUT, "{\"id\":\"a\",\"tokens\":[1]}", "[]\n", "\n3\n")) {
      Files.writeString(output, text);
      String message = refusal(INPUT, Batches.RUN);
      assertTrue(message.contains("is not a result of this command"), message);
    }
    Files.delete(output);
    run(INPUT);
    Files.write(
        output, sorted().getFirst().concat("\n").getBytes(UTF_8), StandardOpenOption.APPEND);
    String twice = refusal(INPUT, Batches.RUN);
    assertTrue(twice.contains("has a result of id \"a\", and so has line 1"), twice);
  }

  @Test
  void anEmptyInputGivesAnEmptyOutput() throws IOException { // B46
    assertEquals(0, run(""));
    assertEquals(0, Files.size(output));
  }

  @Test
  void permissionsAndLinksStay() throws IOException {
    Path real = folder.resolve("real.jsonl");
    run(INPUT + "nonsense\n");
    Files.move(output, real);
    Files.createSymbolicLink(output, real);
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
    run(INPUT);
    assertTrue(Files.isSymbolicLink(output));
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(real)));
    assertEquals(3, sorted().size());
  }

  @Test
  void anOutputHasOneWriter() throws IOException { // B50
    run(INPUT + "nonsense\n");
    try (BatchOutput first = BatchOutput.toFile(output, Batches.RUN)) {
      assertTrue(refusal(INPUT, Batches.RUN).contains("another process writes to it"));
      first.begin();
      assertTrue(refusal(INPUT, Batches.RUN).contains("another process writes to it"));
    }
    assertEquals(0, run(INPUT));
  }

  @Test
  void aReaderSeesWholeLines() throws IOException { // B49
    try (BatchOutput results = BatchOutput.toFile(output, Batches.RUN);
        RequestSource source = Batches.source(INPUT, results)) {
      results.begin();
      for (int done = 0; done < 3; done++) {
        assertEquals(done, sorted().size());
        results.write(Batches.answer((CompletionRequest) source.next().orElseThrow()));
        assertTrue(Files.readString(output).endsWith("}\n"));
      }
    }
  }

  @Test
  void aFullDiskLeavesWholeLines() throws IOException { // B49
    Path mount = Files.createDirectory(folder.resolve("disk"));
    output = mount.resolve("out.jsonl");
    StringBuilder input = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      input.append("{\"id\":").append(i).append(",\"tokens\":[1]}\n");
    }
    try (TinyDisk _ = TinyDisk.on(mount)) {
      String message = assertThrows(UserError.class, () -> run(input.toString())).getMessage();
      assertTrue(message.contains("No space left on device"), message);
      String text = Files.readString(output);
      assertTrue(text.endsWith("}\n"));
      assertTrue(text.lines().count() > 100);
    }
  }
}
