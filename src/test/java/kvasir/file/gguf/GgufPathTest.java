package kvasir.file.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import kvasir.error.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths that name a GGUF model, and directories with other things in them (G14 to G17). */
class GgufPathTest {
  @TempDir Path folder;

  private Path write(String name, String type, String architecture) {
    Path file = folder.resolve(name);
    new GgufWriter()
        .text("general.type", type)
        .text("general.architecture", architecture)
        .tensor("x", List.of(8L), GgufType.F32, sink -> sink.write(ByteBuffer.allocate(32)))
        .write(file);
    return file;
  }

  private Path model(String name) {
    return write(name, "model", "llama");
  }

  private String refusal() {
    return assertThrows(UserError.class, () -> GgufPath.check(folder, "--model X")).getMessage();
  }

  @Test
  void whatIsNoModelDoesNotCount() throws IOException {
    Path model = model("m.gguf");
    write("mmproj-m.gguf", "model", "clip");
    write("projector.gguf", "mmproj", "llama");
    write("lora.gguf", "adapter", "llama");
    write("matrix.gguf", "imatrix", "llama");
    model(".m.gguf");
    model("m2.gguf.part");
    Files.writeString(folder.resolve("README"), "A file in GGUF");
    Files.createDirectory(folder.resolve("d.gguf"));
    Files.createSymbolicLink(folder.resolve("loop.gguf"), folder.resolve("loop.gguf"));
    assertEquals(model, GgufPath.find(folder).orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"m.gguf.part", "m.gguf.crdownload", "m.GGUF.incomplete"})
  void aHalfDownloadIsNamed(String name) {
    model(name);
    String line = refusal();
    assertTrue(line.contains(name + " is a download that is not complete"), line);
  }

  @Test
  void aLinkToNothingIsNamed() throws IOException {
    Files.createSymbolicLink(folder.resolve("m.gguf"), folder.resolve("nothing"));
    String line = refusal();
    assertTrue(line.contains("m.gguf is a link to what is not there"), line);
  }

  @Test
  void twoModelsAreRefusedByBothNames() {
    model("a.gguf");
    model("b-00001-of-00002.gguf");
    model("b-00002-of-00002.gguf");
    String line = refusal();
    assertTrue(line.contains("a.gguf and b-00001-of-00002.gguf;"), line);
  }

  @Test
  void aLinkToAModelOfAnyNameIsOne() throws IOException {
    Path file = model("blob");
    Path link = Files.createSymbolicLink(folder.resolve("link.bin"), file);
    assertEquals(link, GgufPath.find(link).orElseThrow());
    assertEquals(file, GgufPath.find(folder).orElseThrow());
  }

  @Test
  void aDamagedModelIsRefusedByItsOwnFault() throws IOException {
    Path file = model("m.gguf");
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 5));
    Path found = GgufPath.find(folder).orElseThrow();
    String line = assertThrows(UserError.class, () -> GgufModel.read(found)).getMessage();
    assertTrue(line.contains("m.gguf: truncated: tensor x ends at byte"), line);
  }
}
