package kvasir.file.gguf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import kvasir.error.PrintableText;
import kvasir.error.UserError;
import kvasir.file.PathKind;
import kvasir.file.Unreadable;

/**
 * A GGUF file whose header has been read and checked: each tensor's data are inside the file, and
 * no two tensors share a byte. Immutable and thread-safe.
 *
 * @param path the file
 * @param metadata values by key
 * @param tensors tensors by name, in the order of the directory
 * @param bytes size of the file when it was read
 */
public record GgufFile(
    Path path, GgufMetadata metadata, Map<String, GgufTensor> tensors, long bytes) {
  private static final String ALIGNMENT = "general.alignment";
  private static final int DEFAULT_ALIGNMENT = 32;
  private static final long MAX_ALIGNMENT = 1L << 30;
  private static final String DAMAGED = "the file is damaged: fetch it again";

  /**
   * Reads the header of a file.
   *
   * @throws UserError if the file cannot be read, is not a GGUF file, or is damaged
   */
  public static GgufFile read(Path path) {
    PathKind.requireFile(path, path.toString(), "give a GGUF file");
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      NotGguf.check(path, prefix(channel));
      GgufHeader.Parsed header = GgufHeader.read(path, channel, size);
      return new GgufFile(path, header.metadata(), tensors(path, header, size), size);
    } catch (IOException e) {
      throw Unreadable.of(path.toString(), e);
    }
  }

  /**
   * Maps the file from its first byte to its last, for reading. The arena owns the mapping.
   *
   * @throws UserError if the file cannot be mapped, or is shorter than when its header was read
   */
  public MemorySegment map(Arena arena) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      if (channel.size() < bytes) {
        throw new UserError(
            path.toString(),
            "was cut while it was read",
            "complete the file, and leave it alone while a run uses it");
      }
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena);
    } catch (IOException e) {
      throw Unreadable.of(path.toString(), e);
    }
  }

  private static byte[] prefix(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(NotGguf.PREFIX_BYTES);
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
      // Read until the buffer is full or the file ends.
    }
    byte[] prefix = new byte[bytes.position()];
    bytes.flip().get(prefix);
    return prefix;
  }

  private static long alignment(GgufMetadata metadata) {
    OptionalLong given = metadata.integer(ALIGNMENT);
    long alignment = given.orElse(DEFAULT_ALIGNMENT);
    if (alignment < 8 || alignment > MAX_ALIGNMENT || Long.bitCount(alignment) != 1) {
      throw metadata.wrong(
          ALIGNMENT, "is " + alignment + ", not a power of two from 8 to " + MAX_ALIGNMENT);
    }
    return alignment;
  }

  private static Map<String, GgufTensor> tensors(Path path, GgufHeader.Parsed header, long size) {
    long alignment = alignment(header.metadata());
    long begin = Math.ceilDiv(header.end(), alignment) * alignment;
    Map<String, GgufTensor> tensors = new LinkedHashMap<>();
    for (GgufHeader.Entry entry : header.entries()) {
      GgufTensor tensor = tensor(path, entry, begin, alignment);
      if (tensors.putIfAbsent(tensor.name(), tensor) != null) {
        throw damaged(path, tensor.name(), "is there twice");
      }
    }
    List<GgufTensor> byData =
        tensors.values().stream().sorted(Comparator.comparingLong(GgufTensor::begin)).toList();
    checkEnd(path, byData, size);
    for (int i = 1; i < byData.size(); i++) {
      if (byData.get(i).begin() < byData.get(i - 1).end()) {
        String other = PrintableText.quotation(byData.get(i - 1).name());
        throw damaged(path, byData.get(i).name(), "overlaps tensor " + other);
      }
    }
    return tensors;
  }

  private static GgufTensor tensor(Path path, GgufHeader.Entry entry, long begin, long alignment) {
    Optional<GgufType> type =
        entry.type() > Byte.MAX_VALUE ? Optional.empty() : GgufType.of((int) entry.type());
    if (type.isEmpty()) {
      throw new UserError(
          path.toString(),
          "tensor "
              + PrintableText.quotation(entry.name())
              + " has "
              + UnsupportedType.words(entry.type())
              + ", which is not supported",
          UnsupportedType.remedy(entry.type()));
    }
    checkExtents(path, entry, type.get());
    GgufTensor tensor =
        new GgufTensor(entry.name(), entry.extents(), type.get(), path, begin + entry.offset());
    // Offsets are unsigned: from 2^63 on they are negative here, and sums could wrap.
    if (entry.offset() < 0 || entry.offset() > Long.MAX_VALUE - begin - tensor.bytes()) {
      String offset = Long.toUnsignedString(entry.offset());
      throw damaged(path, entry.name(), "has its data beyond the end of any file, at " + offset);
    }
    if (entry.offset() % alignment != 0) {
      throw damaged(
          path,
          entry.name(),
          "has the offset " + entry.offset() + ", not a multiple of the alignment " + alignment);
    }
    return tensor;
  }

  private static void checkExtents(Path path, GgufHeader.Entry entry, GgufType type) {
    long elements = 1;
    for (long extent : entry.extents()) {
      // No product of positive extents may wrap, and none of bytes: a block has at most 256.
      if (extent <= 0 || extent > Long.MAX_VALUE / 256 / elements) {
        List<String> extents = entry.extents().stream().map(Long::toUnsignedString).toList();
        throw damaged(path, entry.name(), "has the impossible shape " + extents);
      }
      elements *= extent;
    }
    if (entry.extents().getFirst() % type.blockLength() != 0) {
      throw damaged(
          path,
          entry.name(),
          "has rows of %d elements, which are not a whole number of %s blocks of %d"
              .formatted(entry.extents().getFirst(), type, type.blockLength()));
    }
  }

  private static void checkEnd(Path path, List<GgufTensor> byData, long size) {
    Optional<GgufTensor> cut = byData.stream().filter(t -> t.end() > size).findFirst();
    if (cut.isPresent()) {
      long whole = byData.stream().mapToLong(GgufTensor::end).max().orElseThrow();
      throw new UserError(
          path.toString(),
          "truncated: tensor %s ends at byte %d, the file at byte %d; the whole file has %d"
              .formatted(PrintableText.quotation(cut.get().name()), cut.get().end(), size, whole),
          "fetch it again");
    }
  }

  private static UserError damaged(Path path, String tensor, String what) {
    return new UserError(
        path.toString(), "tensor " + PrintableText.quotation(tensor) + " " + what, DAMAGED);
  }
}
