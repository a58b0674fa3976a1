package kvasir.file.gguf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kvasir.error.PrintableText;
import kvasir.error.UserError;
import kvasir.file.ModelFolder;
import kvasir.file.PathKind;
import kvasir.file.Unreadable;

/**
 * Search for the GGUF model that a path given by a user names: the file itself, whatever its name;
 * any part of a split model; or a directory with one model in it.
 *
 * <p>In a directory, files count whose names end in {@code .gguf} or have no extension and that
 * begin with the bytes "GGUF". Hidden files, projectors, adapters and importance matrices do not
 * count, nor do the downloads that are not complete yet, which have other extensions.
 */
public final class GgufPath {
  private static final String EXTENSION = ".gguf";
  private static final Set<String> OTHER_TYPES = Set.of("adapter", "mmproj", "imatrix");
  private static final Set<String> OTHER_ARCHITECTURES = Set.of("clip", "imatrix");

  private GgufPath() {}

  /**
   * Returns the file of the GGUF model that a path names; empty if the path does not exist, is a
   * directory without one, or is a directory with safetensors files, which are preferred.
   *
   * @throws UserError if the path is a file of another kind, or a directory with several models
   */
  public static Optional<Path> find(Path model) {
    return switch (PathKind.of(model)) {
      case FILE -> file(model);
      case FOLDER -> new ModelFolder(model).hasSafetensors() ? Optional.empty() : folder(model);
      default -> Optional.empty();
    };
  }

  /**
   * Checks that a path names a model: a GGUF file, or a directory with a model of either format.
   *
   * @param where name of the path in messages, with its option
   * @throws UserError if it does not
   */
  public static void check(Path model, String where) {
    if (model.toString().isEmpty() || find(model).isEmpty()) {
      ModelFolder folder = new ModelFolder(model);
      folder.check(where);
      if (PathKind.of(folder.config()) == PathKind.MISSING) {
        refuseUnfinished(model, where);
      }
    }
  }

  private static void refuseUnfinished(Path folder, String where) {
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.sorted().toList()) {
        String name = file.getFileName().toString();
        String shown = PrintableText.quotation(name);
        if (hasExtension(file) && Files.isSymbolicLink(file)) {
          throw new UserError(
              where, "has no model: " + shown + " is a link to what is not there", "repair it");
        }
        if (name.toLowerCase(Locale.ROOT).contains(EXTENSION + ".")) {
          throw new UserError(
              where,
              "has no model: " + shown + " is a download that is not complete",
              "complete it, or give the file itself if its extension is wrong");
        }
      }
    } catch (IOException e) {
      throw Unreadable.of(folder.toString(), e);
    }
  }

  /**
   * Returns a GGUF file in a directory whose safetensors files are read instead, if there is one.
   */
  public static Optional<Path> beside(Path folder) {
    return candidates(folder).stream()
        .filter(GgufPath::hasExtension)
        .filter(file -> NotGguf.isGguf(begin(file)))
        .findFirst();
  }

  private static Optional<Path> file(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    byte[] begin = begin(file);
    boolean ofFolder = name.endsWith(".json") || name.endsWith(".safetensors");
    if (!NotGguf.isGguf(begin) && ofFolder) {
      return Optional.empty();
    }
    NotGguf.check(file, begin);
    return Optional.of(file);
  }

  private static byte[] begin(Path file) {
    try (InputStream stream = Files.newInputStream(file)) {
      return stream.readNBytes(NotGguf.PREFIX_BYTES);
    } catch (IOException e) {
      throw Unreadable.of(file.toString(), e);
    }
  }

  private static Optional<Path> folder(Path folder) {
    List<Path> named = candidates(folder);
    Map<String, Path> models = new LinkedHashMap<>();
    for (Path file : named) {
      if (NotGguf.isGguf(begin(file))) {
        models.putIfAbsent(model(file), file);
      }
    }
    if (models.isEmpty()) {
      // A pointer or a web page in place of the model is refused by what it is.
      return named.stream().filter(GgufPath::hasExtension).findFirst();
    }
    List<Path> counted = models.values().stream().filter(GgufPath::isModel).toList();
    if (counted.size() > 1) {
      throw new UserError(
          folder.toString(),
          "has several models: "
              + counted.stream()
                  .limit(3)
                  .map(file -> PrintableText.quotation(file.getFileName().toString()))
                  .collect(Collectors.joining(" and "))
              + (counted.size() > 3 ? " ..." : ""),
          "give one of the files");
    }
    return Optional.of(counted.isEmpty() ? models.values().iterator().next() : counted.getFirst());
  }

  private static List<Path> candidates(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(GgufPath::mayBeModel).sorted().toList();
    } catch (IOException e) {
      throw Unreadable.of(folder.toString(), e);
    }
  }

  private static boolean mayBeModel(Path file) {
    String name = file.getFileName().toString();
    boolean named = hasExtension(file) || !name.contains(".");
    return named && !name.startsWith(".") && PathKind.of(file) == PathKind.FILE;
  }

  private static boolean hasExtension(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(EXTENSION);
  }

  /** Returns a name that all parts of a model share. */
  private static String model(Path file) {
    return SplitName.of(file).map(name -> name.part(1)).orElse(file.getFileName().toString());
  }

  private static boolean isModel(Path file) {
    GgufMetadata metadata;
    try {
      metadata = GgufFile.read(file).metadata();
      return !OTHER_TYPES.contains(metadata.text("general.type").orElse(""))
          && !OTHER_ARCHITECTURES.contains(metadata.text("general.architecture").orElse(""));
    } catch (UserError e) {
      // A damaged model counts: it is refused by its own fault if it is the only one.
      return true;
    }
  }
}
