package kvasir.file.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import kvasir.error.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Models in several files, of which one is missing, of another kind or of another model (G19 to
 * G21).
 */
class GgufSplitTest {
  private static final int PARTS = 3;

  @TempDir Path folder;

  /** Writes three parts of two tensors each, after a change of one part's numbers and tensors. */
  private void write(int part, Consumer<Part> change) {
    for (int i = 0; i < PARTS; i++) {
      Part written = new Part(i);
      if (i == part) {
        change.accept(written);
      }
      written.write(path(i));
    }
  }

  private Path path(int part) {
    return folder.resolve("m-%05d-of-%05d.gguf".formatted(part + 1, PARTS));
  }

  private static final class Part {
    final Map<String, Long> numbers = new HashMap<>();
    List<String> tensors;

    Part(int number) {
      numbers.put("split.no", (long) number);
      numbers.put("split.count", (long) PARTS);
      numbers.put("split.tensors.count", 2L * PARTS);
      tensors = List.of("a" + number, "b" + number);
    }

    void write(Path file) {
      GgufWriter writer = new GgufWriter().text("general.architecture", "llama");
      numbers.forEach(writer::uint32);
      for (String tensor : tensors) {
        writer.tensor(
            tensor, List.of(8L), GgufType.F32, sink -> sink.write(ByteBuffer.allocate(32)));
      }
      writer.write(file);
    }
  }

  private void assertRefused(String expected) {
    for (int part = 0; part < PARTS; part++) {
      if (Files.isRegularFile(path(part))) {
        Path given = path(part);
        String line = assertThrows(UserError.class, () -> GgufModel.read(given)).getMessage();
        assertTrue(line.contains(expected), line);
      }
    }
  }

  @Test
  void anyPartNamesTheWhole() {
    write(-1, part -> {});
    for (int part = 0; part < PARTS; part++) {
      assertEquals(2 * PARTS, GgufModel.read(path(part)).tensors().size());
    }
  }

  @Test
  void numbersThatDifferAreRefused() {
    write(1, part -> part.numbers.put("split.no", 2L));
    assertRefused("m-00002-of-00003.gguf: key split.no is 2: this is part 3, its name says 2");
    write(1, part -> part.numbers.remove("split.no"));
    assertRefused("m-00002-of-00003.gguf: key split.no is missing");
    write(2, part -> part.numbers.put("split.tensors.count", 7L));
    assertRefused("m-00003-of-00003.gguf: key split.tensors.count promises 7 tensors");
    write(0, part -> part.tensors = List.of("a0"));
    assertRefused("split.tensors.count promises 6 tensors, the 3 parts have 5");
  }

  @Test
  void aCountThatDiffersIsRefused() {
    write(1, part -> part.numbers.put("split.count", 9L));
    assertRefused("m-00002-of-00003.gguf: key split.count is 9, the file's name says 3");
  }

  @Test
  void aTensorInTwoPartsIsRefused() {
    write(2, part -> part.tensors = List.of("a2", "b0"));
    assertRefused("m-00003-of-00003.gguf: tensor b0 is also in m-00001-of-00003.gguf");
  }

  @Test
  void aPartThatIsNotThereIsNamed() throws IOException {
    write(-1, part -> {});
    Files.delete(path(1));
    assertRefused("part 2 of 3 is missing: m-00002-of-00003.gguf");
    Files.createSymbolicLink(path(1), path(1));
    assertRefused("m-00002-of-00003.gguf: is a link to what is not there");
    Files.delete(path(1));
    Files.createDirectory(path(1));
    assertRefused("m-00002-of-00003.gguf: is a directory");
  }

  @Test
  void aPointerInPlaceOfAPartIsNamed() throws IOException {
    write(-1, part -> {});
    Files.writeString(path(2), "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
    String line = assertThrows(UserError.class, () -> GgufModel.read(path(0))).getMessage();
    assertTrue(line.contains("m-00003-of-00003.gguf: is a pointer of Git LFS"), line);
  }
}
