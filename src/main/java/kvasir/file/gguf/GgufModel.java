package kvasir.file.gguf;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import kvasir.error.PrintableText;
import kvasir.error.UserError;
import kvasir.file.PathKind;

/**
 * A model in one GGUF file or in the parts of a split one. Only the first part has the model's
 * metadata. Immutable and thread-safe.
 *
 * @param metadata metadata of the first part
 * @param parts all files, the first part first
 * @param tensors tensors of all parts by name
 */
public record GgufModel(
    GgufMetadata metadata, List<GgufFile> parts, Map<String, GgufTensor> tensors) {
  private static final String NUMBER = "split.no";
  private static final String COUNT = "split.count";
  private static final String TENSORS = "split.tensors.count";
  private static final int MAX_PARTS = 99_999;
  private static final String REMEDY = "fetch all files of the model again";

  /**
   * Reads the headers of a model. The other parts of a split model are looked for beside the file
   * as it is named, not beside the target of a link.
   *
   * @param file the model's file, or any part of a split model
   * @throws UserError if a file is missing, cannot be read, is damaged, or belongs to another model
   */
  public static GgufModel read(Path file) {
    GgufFile given = GgufFile.read(file);
    long count = splitNumber(given, COUNT).orElse(1);
    if (count <= 1) {
      return new GgufModel(given.metadata(), List.of(given), given.tensors());
    }
    return split(given, count);
  }

  private static OptionalLong splitNumber(GgufFile file, String key) {
    OptionalLong number = file.metadata().integer(key);
    if (number.isPresent() && (number.getAsLong() < 0 || number.getAsLong() > Integer.MAX_VALUE)) {
      throw file.metadata().wrong(key, "is " + number.getAsLong());
    }
    return number;
  }

  private static GgufModel split(GgufFile given, long count) {
    Optional<SplitName> name = SplitName.of(given.path());
    if (count > MAX_PARTS) {
      throw given.metadata().wrong(COUNT, "is " + count + ", more than " + MAX_PARTS);
    }
    if (name.isEmpty()) {
      throw unnamed(given, count);
    }
    List<GgufFile> parts = new ArrayList<>();
    Map<String, GgufTensor> tensors = new LinkedHashMap<>();
    for (int number = 1; number <= name.get().count(); number++) {
      GgufFile part =
          number == name.get().number() ? given : part(given.path(), name.get(), number);
      checkPart(part, number, name.get().count());
      parts.add(part);
      part.tensors().values().forEach(tensor -> add(tensors, tensor));
    }
    checkTotal(parts, tensors.size());
    return new GgufModel(parts.getFirst().metadata(), List.copyOf(parts), tensors);
  }

  private static UserError unnamed(GgufFile given, long count) {
    long number = splitNumber(given, NUMBER).orElse(0) + 1;
    String file = given.path().getFileName().toString();
    String stem = file.replaceFirst("(?i)\\.gguf$", "");
    return new UserError(
        given.path().toString(),
        "is part " + number + " of " + count + " of a split model (split.count)",
        "name its parts "
            + String.format("%s-%05d-of-%05d.gguf", PrintableText.quotation(stem), number, count)
            + " and so on, in one directory");
  }

  private static GgufFile part(Path given, SplitName name, int number) {
    Path path = given.resolveSibling(name.part(number));
    if (PathKind.of(path) == PathKind.MISSING) {
      throw new UserError(
          given.toString(),
          "part " + number + " of " + name.count() + " is missing: " + path.getFileName(),
          "complete the model's directory");
    }
    return GgufFile.read(path);
  }

  private static void checkPart(GgufFile part, int number, int count) {
    long says = splitNumber(part, COUNT).orElseThrow(() -> part.metadata().missing(COUNT));
    if (says != count) {
      throw part.metadata().wrong(COUNT, "is " + says + ", the file's name says " + count);
    }
    long no = splitNumber(part, NUMBER).orElseThrow(() -> part.metadata().missing(NUMBER));
    if (no != number - 1) {
      throw part.metadata()
          .wrong(NUMBER, "is " + no + ": this is part " + (no + 1) + ", its name says " + number);
    }
  }

  private static void add(Map<String, GgufTensor> tensors, GgufTensor tensor) {
    GgufTensor other = tensors.putIfAbsent(tensor.name(), tensor);
    if (other != null) {
      throw new UserError(
          tensor.file().toString(),
          "tensor "
              + PrintableText.quotation(tensor.name())
              + " is also in "
              + other.file().getFileName(),
          REMEDY);
    }
  }

  private static void checkTotal(List<GgufFile> parts, int tensors) {
    for (GgufFile part : parts) {
      OptionalLong total = splitNumber(part, TENSORS);
      if (total.isPresent() && total.getAsLong() != tensors) {
        throw part.metadata()
            .wrong(
                TENSORS,
                "promises %d tensors, the %d parts have %d"
                    .formatted(total.getAsLong(), parts.size(), tensors));
      }
    }
  }

  /** Returns the part that a tensor is in. */
  public GgufFile part(GgufTensor tensor) {
    return parts.stream().filter(p -> p.path().equals(tensor.file())).findFirst().orElseThrow();
  }
}
