package kvasir.lab.predict;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import kvasir.lab.bench.BenchRow;

/** The measured rows in experiments/, all of Qwen3-0.6B's shape. */
final class ShippedRows {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ShippedRows() {}

  static List<BenchRow> distribution() {
    return read("distribution", ".*\\.json");
  }

  static List<BenchRow> performance() {
    return read("performance", "kvasir-.*\\.json");
  }

  static List<BenchRow> all() {
    return Stream.concat(performance().stream(), distribution().stream()).toList();
  }

  private static List<BenchRow> read(String experiment, String names) {
    Path folder = Path.of("experiments", experiment, "results");
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches(names))
          .sorted()
          .flatMap(file -> parse(file).stream())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<BenchRow> parse(Path file) {
    try {
      return JSON.readValue(Files.readString(file), new TypeReference<List<BenchRow>>() {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
