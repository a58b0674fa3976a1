package kvasir.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.util.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import kvasir.error.UserError;
import kvasir.file.Unwritable;
import kvasir.file.WholeFile;

/**
 * The tokenizer's native library, as a file that this process can load. The library comes in a jar
 * and is copied once to a cache. DJL by itself would load whatever file is in the cache, even a
 * truncated copy or one that only another user may read. So the file is checked here and its name
 * is given to DJL.
 */
final class NativeLibrary {
  /** The property that names the file that DJL loads. */
  private static final String CHOSEN = "RUST_LIBRARY_PATH";

  private static final String CACHE = "DJL_CACHE_DIR";
  private static final String HOME = "kvasir.home";

  private NativeLibrary() {}

  /**
   * Loads the library from a complete copy, which is made if there is none; throws a {@link
   * UserError} if it cannot be loaded.
   */
  static void load() {
    choose();
    try {
      LibUtils.checkStatus();
    } catch (EngineException | LinkageError e) {
      throw unloadable(e);
    }
  }

  private static void choose() {
    if (System.getenv(CHOSEN) == null && System.getProperty(CHOSEN) == null) {
      file().ifPresent(file -> System.setProperty(CHOSEN, file.toAbsolutePath().toString()));
    }
  }

  /**
   * Returns a complete copy of the library, which is made if there is none. Empty if no cache is
   * named, as without this project's launchers, or if the jar has no library for this system.
   */
  static Optional<Path> file() {
    Platform platform = Platform.detectPlatform("tokenizers");
    String name = System.mapLibraryName("tokenizers");
    String cache = System.getProperty(CACHE);
    URL packed =
        HuggingFaceTokenizer.class
            .getClassLoader()
            .getResource("native/lib/" + platform.getClassifier() + "/cpu/" + name);
    if (cache == null || packed == null) {
      return Optional.empty();
    }
    String place =
        "tokenizers/" + platform.getVersion() + "-cpu-" + platform.getClassifier() + "/" + name;
    Path cached = Path.of(cache, place);
    return Stream.concat(Stream.of(cached), checkout(place).stream())
        .filter(copy -> isWhole(copy, packed))
        .findFirst()
        .or(() -> Optional.of(unpacked(packed, cached)));
  }

  /** Returns the place of the copy in the checkout, whose owner may be another user. */
  private static Optional<Path> checkout(String place) {
    return Optional.ofNullable(System.getProperty(HOME))
        .map(home -> Path.of(home, ".kvasir", "djl").resolve(place));
  }

  private static boolean isWhole(Path copy, URL packed) {
    try {
      return Files.isReadable(copy)
          && Files.size(copy) == packed.openConnection().getContentLengthLong();
    } catch (IOException e) {
      return false;
    }
  }

  private static Path unpacked(URL packed, Path file) {
    try (InputStream in = packed.openStream()) {
      Files.createDirectories(file.getParent());
      ByteBuffer bytes = ByteBuffer.wrap(in.readAllBytes());
      WholeFile.write(file, channel -> WholeFile.writeAll(channel, bytes));
      return file;
    } catch (IOException e) {
      throw Unwritable.of(file.toString(), e);
    }
  }

  /** Returns the error to show when the library cannot be loaded. */
  private static UserError unloadable(Throwable cause) {
    return new UserError(
        System.getProperty(CHOSEN, "the tokenizer's library"),
        "cannot be loaded: " + reason(cause),
        "set KVASIR_STATE to a folder whose file system lets programs run",
        cause);
  }

  /** Returns the system's message, without the file's name that the JVM puts before it. */
  private static String reason(Throwable cause) {
    List<String> words =
        Stream.iterate(cause, c -> c != null, Throwable::getCause)
            .filter(UnsatisfiedLinkError.class::isInstance)
            .map(c -> String.valueOf(c.getMessage()))
            .toList();
    String last = words.isEmpty() ? String.valueOf(cause.getMessage()) : words.getLast();
    return last.substring(last.lastIndexOf(": ") < 0 ? 0 : last.lastIndexOf(": ") + 2);
  }
}
