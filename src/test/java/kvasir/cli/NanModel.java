package kvasir.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Writes a copy of a model in f32 with a row of its embedding replaced by NaN. */
final class NanModel {
  private NanModel() {}

  static void write(Path model, Path copy, int row) throws IOException {
    Files.createDirectories(copy);
    List<Path> files;
    try (Stream<Path> all = Files.list(model)) {
      files = all.toList();
    }
    for (Path file : files) {
      Files.copy(file, copy.resolve(file.getFileName()));
    }
    Path weights = copy.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int header = Math.toIntExact(buffer.getLong(0));
    JsonNode tensor =
        new ObjectMapper()
            .readTree(new String(bytes, 8, header, StandardCharsets.UTF_8))
            .get("model.embed_tokens.weight");
    int width = tensor.get("shape").get(1).asInt();
    int start = 8 + header + tensor.get("data_offsets").get(0).asInt() + row * width * Float.BYTES;
    for (int i = 0; i < width; i++) {
      buffer.putFloat(start + i * Float.BYTES, Float.NaN);
    }
    Files.write(weights, bytes);
  }
}
