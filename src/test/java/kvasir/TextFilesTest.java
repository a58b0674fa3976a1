package kvasir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import kvasir.error.UserError;
import kvasir.lab.experiment.DefinitionReader;
import kvasir.launch.HostFile;
import kvasir.text.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text files beside a model's own: a byte order mark (L8), and what is no such file (L9, L12). */
class TextFilesTest {
  private static final Path DEMO = Path.of("experiments/demo-model/model").toAbsolutePath();
  private static final String MARK = "\uFEFF";

  @TempDir Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void hostfilesMayBeginWithAMark() throws IOException {
    Path hosts = write("hosts", MARK + "localhost:2\r\nnode1\n");
    assertEquals(List.of("localhost", "localhost", "node1"), HostFile.read(hosts).place(3));
  }

  @Test
  void experimentsMayBeginWithAMark() throws IOException {
    Path file = write("mine.toml", MARK + "kind = \"strong-scaling\"\ngen = [4]\n");
    assertEquals(List.of(4), DefinitionReader.read(file, false, Map.of()).gen());
  }

  @Test
  void tokenizersMayBeginWithAMark() throws IOException {
    write("tokenizer.json", MARK + Files.readString(DEMO.resolve("tokenizer.json")));
    try (Tokenizer plain = Tokenizer.open(DEMO);
        Tokenizer marked = Tokenizer.open(folder)) {
      String text = "Wanda \u00e9\ud83d\ude42";
      assertArrayEquals(plain.encode(text), marked.encode(text));
    }
  }

  private String tokenizerRefusal(String text) throws IOException {
    write("tokenizer.json", text);
    return assertThrows(UserError.class, () -> Tokenizer.open(folder)).getMessage();
  }

  @Test
  void whatIsNoTokenizerIsNamed() throws IOException {
    String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    assertTrue(tokenizerRefusal(pointer).contains("pointer of Git LFS"));
    assertTrue(tokenizerRefusal(" <html>").contains("is a web page"));
    String comma = tokenizerRefusal("{\n\"a\": 1,,\n}");
    assertTrue(comma.contains("tokenizer.json line 2") && comma.contains("fetch it again"), comma);
    String behind = tokenizerRefusal("{\n\"a\": 1\n}\n{}"); // L10
    assertTrue(behind.contains("line 4: is not valid JSON: there is more behind"), behind);
    Files.delete(folder.resolve("tokenizer.json"));
    Files.createDirectory(folder.resolve("tokenizer.json"));
    String directory = assertThrows(UserError.class, () -> Tokenizer.open(folder)).getMessage();
    assertTrue(directory.contains("is a directory"), directory);
  }

  @Test
  void otherKindsOfPathAreNamed() {
    String hosts = assertThrows(UserError.class, () -> HostFile.read(folder)).getMessage();
    assertTrue(hosts.startsWith("--hosts " + folder + ": is a directory; "), hosts);
    Path missing = folder.resolve("x.toml");
    String experiment =
        assertThrows(UserError.class, () -> DefinitionReader.read(missing, false, Map.of()))
            .getMessage();
    assertTrue(experiment.contains("x.toml: no such file"), experiment);
  }
}
