package kvasir.weights;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import kvasir.SharedData;
import kvasir.error.UserError;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
  @TempDir Path directory;

  private void write(String name, String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + json.length + dataBytes);
    file.order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json);
    Files.write(directory.resolve(name), file.array());
  }

  private String refusal() {
    return assertThrows(UserError.class, () -> Checkpoint.open(directory).close()).getMessage();
  }

  @Test
  void everySharedCaseHasTheReferenceParsersOutcome() throws IOException {
    Path folder = SharedData.path("safetensors-malformed");
    JsonNode cases = new ObjectMapper().readTree(folder.resolve("cases.json").toFile());
    assertTrue(cases.get("cases").size() >= 17);
    for (JsonNode c : cases.get("cases")) {
      Path file = folder.resolve(c.get("file").asText());
      try (Arena arena = Arena.ofConfined()) {
        if (c.get("expected").asText().equals("ok")) {
          assertDoesNotThrow(() -> SafetensorsFile.map(file, arena), file.toString());
        } else {
          String message =
              assertThrows(UserError.class, () -> SafetensorsFile.map(file, arena), file.toString())
                  .getMessage();
          assertTrue(message.contains(file.getFileName().toString()), message);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}",
        "{\"a\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,3],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}",
        "{\"__metadata__\":{\"x\":1},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "[]",
        "{} x",
        "{\"a\":3}"
      })
  void hostileHeadersAreRefusedByName(String header) throws IOException {
    write("model.safetensors", header, 4);
    assertTrue(refusal().contains("model.safetensors"));
  }

  @Test
  void truncatedFilesAndMissingOnesAreRefused() throws IOException {
    assertTrue(refusal().contains("no such file"));
    write(
        "model.safetensors",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[100],\"data_offsets\":[0,400]}}",
        399);
    assertTrue(refusal().contains("truncated"));
  }

  @Test
  void theIndexMayNotLeadOutOfTheDirectory() throws IOException {
    for (String shard : new String[] {"../x", "/etc/passwd", "a/b", "", "."}) {
      Files.writeString(
          directory.resolve("model.safetensors.index.json"),
          "{\"weight_map\":{\"a\":\"" + shard + "\"}}");
      assertTrue(refusal().contains("no plain file name"), shard);
    }
  }

  @Test
  void shapesAndTypesAreCheckedAgainstWhatIsAsked() throws IOException {
    write(
        "model.safetensors",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
            + "\"i\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[24,32]}}",
        32);
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      Matrix w = checkpoint.matrix("w", 2, 3);
      assertEquals(DType.F32, w.type());
      assertEquals(32, checkpoint.bytes());
      String shape = assertThrows(UserError.class, () -> checkpoint.matrix("w", 3, 2)).getMessage();
      assertTrue(shape.contains("[2, 3]") && shape.contains("config.json"), shape);
      String type = assertThrows(UserError.class, () -> checkpoint.vector("i", 1)).getMessage();
      assertTrue(type.contains("I64"), type);
      String missing = assertThrows(UserError.class, () -> checkpoint.vector("x", 1)).getMessage();
      assertTrue(missing.contains("x is missing"), missing);
    }
  }
}
