package kvasir.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import kvasir.error.UserError;
import kvasir.file.PathKind;
import kvasir.file.Unreadable;
import kvasir.file.WrongContent;

/**
 * A mapped safetensors file: 8 bytes with the length of the header, the header, the data.
 *
 * @param path the file
 * @param tensors tensors by name, in the order of their data
 * @param data the bytes after the header; lives as long as the arena given to {@link #map}
 * @param bytes size of the file when it was mapped
 */
record SafetensorsFile(Path path, Map<String, TensorInfo> tensors, MemorySegment data, long bytes) {
  private static final int PREFIX = 8;
  private static final long MAX_HEADER = 100_000_000;

  /**
   * Maps a file and checks its header.
   *
   * @throws UserError if the file cannot be read or is damaged
   */
  static SafetensorsFile map(Path path, Arena arena) {
    PathKind.requireFile(path, path.toString(), "complete the model's directory");
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < PREFIX) {
        refuseText(path, channel, size);
        throw new UserError(path.toString(), "too short for a header", "fetch it again");
      }
      long claimedHeader = read(path, channel, 0, PREFIX).getLong();
      if (claimedHeader < 0 || claimedHeader > size - PREFIX) {
        refuseText(path, channel, size);
      }
      int header = headerLength(path, claimedHeader, size);
      String json = text(path, read(path, channel, PREFIX, header));
      long begin = (long) PREFIX + header;
      MemorySegment data = channel.map(FileChannel.MapMode.READ_ONLY, begin, size - begin, arena);
      return new SafetensorsFile(
          path, SafetensorsHeader.parse(path.toString(), json, data.byteSize()), data, size);
    } catch (IOException e) {
      throw Unreadable.of(path.toString(), e);
    }
  }

  private static void refuseText(Path path, FileChannel channel, long size) throws IOException {
    int bytes = (int) Math.min(WrongContent.PREFIX_BYTES, size);
    byte[] begin = read(path, channel, 0, bytes).array();
    WrongContent.inBinary(path.toString(), begin, "safetensors")
        .ifPresent(
            wrong -> {
              throw wrong;
            });
  }

  private static int headerLength(Path path, long header, long size) {
    if (header < 0 || header > MAX_HEADER) {
      throw new UserError(
          path.toString(), "the header claims to be larger than 100 MB", "fetch the file again");
    }
    if (header + PREFIX > size) {
      throw new UserError(
          path.toString(),
          "truncated: the header has " + header + " bytes, the file " + size,
          "fetch it again");
    }
    return (int) header;
  }

  private static ByteBuffer read(Path path, FileChannel channel, long offset, int bytes)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw CutFile.error(path, null);
      }
    }
    return buffer.flip();
  }

  /** Returns whether the file has become shorter or has been deleted since it was mapped. */
  boolean isCut() {
    return CutFile.isCut(path, bytes);
  }

  private static String text(Path path, ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new UserError(path.toString(), "the header is not UTF-8", "fetch it again", e);
    }
  }
}
