package kvasir.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import kvasir.error.UserError;

/**
 * One safetensors file, mapped: 8 bytes length of the header, the header, the data.
 *
 * @param data the bytes after the header; lives as long as the arena given to {@link #map}
 */
record SafetensorsFile(Path path, Map<String, TensorInfo> tensors, MemorySegment data) {
  private static final int PREFIX = 8;
  private static final long MOST_HEADER = 100_000_000;
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static SafetensorsFile map(Path path, Arena arena) {
    if (!Files.isRegularFile(path)) {
      throw new UserError(path.toString(), "no such file", "complete the model's directory");
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < PREFIX) {
        throw new UserError(path.toString(), "too short for a header", "fetch it again");
      }
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      return parse(path, file);
    } catch (IOException e) {
      throw new UserError(path.toString(), "cannot be read", "check its permissions", e);
    }
  }

  private static SafetensorsFile parse(Path path, MemorySegment file) {
    long header = file.get(LENGTH, 0);
    if (header < 0 || header > MOST_HEADER) {
      throw new UserError(
          path.toString(), "the header claims to be larger than 100 MB", "fetch the file again");
    }
    if (header + PREFIX > file.byteSize()) {
      throw new UserError(
          path.toString(),
          "truncated: the header has " + header + " bytes, the file " + file.byteSize(),
          "fetch it again");
    }
    MemorySegment data = file.asSlice(PREFIX + header);
    String json = text(path, file.asSlice(PREFIX, header));
    return new SafetensorsFile(
        path, SafetensorsHeader.parse(path.toString(), json, data.byteSize()), data);
  }

  private static String text(Path path, MemorySegment bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.asByteBuffer()).toString();
    } catch (CharacterCodingException e) {
      throw new UserError(path.toString(), "the header is not UTF-8", "fetch it again", e);
    }
  }
}
