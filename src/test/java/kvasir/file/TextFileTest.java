package kvasir.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import kvasir.error.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text files that users name: L8 and the kinds of path of L12. */
class TextFileTest {
  @TempDir Path folder;

  private String read(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("text"), bytes);
    return TextFile.read(file, "text", 100, "name another");
  }

  private String refusal(String text, Charset charset) {
    return assertThrows(UserError.class, () -> read(text.getBytes(charset))).getMessage();
  }

  @Test
  void aByteOrderMarkIsNoText() throws IOException {
    byte[] marked = "\uFEFFa\uFEFFb".getBytes(StandardCharsets.UTF_8);
    assertEquals("a\uFEFFb", read(marked));
    assertEquals("", read("\uFEFF".getBytes(StandardCharsets.UTF_8)));
    assertEquals("", read(new byte[0]));
  }

  @Test
  void otherEncodingsAreNamed() {
    assertEquals("text: is UTF-16 text; save it as UTF-8", refusal("abc", StandardCharsets.UTF_16));
    assertTrue(
        refusal("a\nb\u00e9c", StandardCharsets.ISO_8859_1)
            .startsWith("text line 2: is not UTF-8"));
    // A character that is cut at the end.
    byte[] cut = {'a', (byte) 0xc3};
    assertTrue(
        assertThrows(UserError.class, () -> read(cut)).getMessage().contains("is not UTF-8"));
  }

  @Test
  void theLimitIsHeld() throws IOException {
    assertEquals(100, read(new byte[100]).length());
    assertTrue(refusal("x".repeat(101), StandardCharsets.UTF_8).contains("is larger than"));
  }

  private String refusal(Path path) {
    return assertThrows(UserError.class, () -> TextFile.read(path, "--hosts x", 9, "name another"))
        .getMessage();
  }

  @Test
  void otherKindsOfPathAreNamed() throws IOException {
    assertEquals("--hosts x: is a directory; name another", refusal(folder));
    assertEquals("--hosts x: no such file; name another", refusal(folder.resolve("no")));
    Path file = Files.createFile(folder.resolve("file"));
    assertEquals("--hosts x: no such file; name another", refusal(file.resolve("in")));
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("gone"));
    assertEquals("--hosts x: is a link to what is not there; name another", refusal(link));
  }

  private String modelRefusal(Path path) {
    return assertThrows(UserError.class, () -> new ModelFolder(path).check("--model")).getMessage();
  }

  @Test
  void aModelIsADirectoryOfItsOwn() throws IOException {
    assertEquals(
        "--model: no such directory; give a model's directory", modelRefusal(folder.resolve("no")));
    assertEquals("--model: the path is empty; give a model's directory", modelRefusal(Path.of("")));
    Path config = Files.createFile(folder.resolve("config.json"));
    assertEquals(
        "--model: is a file, not a directory; give the directory that it is in",
        modelRefusal(config));
    Path cached = folder.resolve("models--a--b");
    Path snapshot = Files.createDirectories(cached.resolve("snapshots/1"));
    assertTrue(modelRefusal(cached).endsWith("the model is under snapshots/; give " + snapshot));
    Files.createDirectory(cached.resolve("snapshots/2"));
    assertTrue(modelRefusal(cached).endsWith("give one of " + cached + "/snapshots/*"));
  }

  @Test
  void whatIsWrittenToIsOfTheRightKind() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThrows(UserError.class, () -> PathKind.requireFolderOrNothing(file, "--out"));
    assertThrows(UserError.class, () -> PathKind.requireFileOrNothing(folder, "--session"));
    assertThrows(
        UserError.class, () -> PathKind.requireFileOrNothing(folder.resolve("a/b"), "--session"));
    PathKind.requireFolderOrNothing(folder.resolve("new"), "--out");
    PathKind.requireFileOrNothing(folder.resolve("new"), "--session");
  }
}
