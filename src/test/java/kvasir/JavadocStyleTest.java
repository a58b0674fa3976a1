package kvasir;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * First words of javadoc comments. A first sentence is a noun phrase or has a verb in the third
 * person; one that begins with a question word does not say what it describes.
 */
class JavadocStyleTest {
  private static final List<Path> SOURCES =
      List.of(Path.of("src/main/java"), Path.of("src/test/java"));

  private static final Pattern QUESTION_WORD =
      Pattern.compile(
          "(?m)^[ \\t]*/\\*\\*(?:[\\s*]|<p>)*\\b(What|Whether|Who|Whose|Where|Which|How)\\b");

  @Test
  void noJavadocBeginsWithAQuestionWord() {
    String found =
        SOURCES.stream()
            .flatMap(JavadocStyleTest::javaFiles)
            .sorted()
            .flatMap(JavadocStyleTest::faults)
            .collect(Collectors.joining("\n"));
    assertEquals(
        "", found, "say what it is or does, as in \"Returns the rank that owns a block.\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/** What a rank does. */",
        "  /**\n   * Whether a rank is alone.\n   */",
        "/**\n *\n * <p>How it works.\n */"
      })
  void aQuestionWordIsFound(String source) {
    assertEquals(1, faults("A.java", source).count());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/** Returns whether a rank is alone. */",
        "/** Whatever follows is text. */",
        "String s = \"/** What */\";",
        "// What a rank does."
      })
  void otherCommentsAreLeftAlone(String source) {
    assertEquals(0, faults("A.java", source).count());
  }

  private static Stream<Path> javaFiles(Path root) {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<String> faults(Path file) {
    try {
      return faults(file.toString(), Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns file, line and word of each fault in a source. */
  private static Stream<String> faults(String name, String source) {
    return QUESTION_WORD
        .matcher(source)
        .results()
        .map(
            match -> {
              long line = source.substring(0, match.start(1)).lines().count();
              return name + ":" + line + ": " + match.group(1);
            });
  }
}
