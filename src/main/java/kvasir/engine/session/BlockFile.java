package kvasir.engine.session;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import kvasir.file.Hashes;
import kvasir.file.WholeFile;

/**
 * A file that holds one KV block. The file's name is the block's {@link TokenChain} name:
 *
 * <pre>
 *   8 bytes   64     4        4                   size of the cache's block
 *   KVBLOCK1  name   tokens   checksum of all     bytes of the block
 * </pre>
 */
record BlockFile(Path path, String name, int tokens) {
  /** The end of every such file's name. */
  static final String ENDING = ".kv";

  private static final long MAGIC = 0x4b56424c4f434b31L;
  private static final int NAME_BYTES = 64;
  private static final int HEADER = Long.BYTES + NAME_BYTES + 2 * Integer.BYTES;
  private static final long PIECE = 8L << 20;

  /** The result of reading a file. */
  enum ReadResult {
    /** There is no such file. */
    NOTHING,
    /** The file cannot be read, or its content is not what was written. */
    DAMAGED,
    /** The block has been read. */
    WHOLE
  }

  /** Returns the file for the first {@code tokens} tokens of a block; it need not exist. */
  static BlockFile in(Path folder, String name, int tokens) {
    return new BlockFile(folder.resolve(name + ENDING), name, tokens);
  }

  boolean exists() {
    return Files.exists(path);
  }

  /** Writes the block. If that fails, no file is left. */
  void write(MemorySegment block) throws IOException {
    WholeFile.write(
        path,
        channel -> {
          WholeFile.writeAll(channel, header(block));
          for (long at = 0; at < block.byteSize(); at += PIECE) {
            WholeFile.writeAll(channel, piece(block, at));
          }
        });
  }

  /**
   * Reads the file into a new block, which stays zero unless the result is {@link
   * ReadResult#WHOLE}.
   */
  ReadResult read(MemorySegment block) {
    if (!exists()) {
      return ReadResult.NOTHING;
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      if (channel.size() == HEADER + block.byteSize()) {
        ByteBuffer begin = ByteBuffer.allocate(HEADER);
        fill(channel, begin);
        for (long at = 0; at < block.byteSize(); at += PIECE) {
          fill(channel, piece(block, at));
        }
        if (begin.flip().equals(header(block))) {
          return ReadResult.WHOLE;
        }
        block.fill((byte) 0);
      }
      return ReadResult.DAMAGED;
    } catch (IOException e) {
      block.fill((byte) 0);
      return ReadResult.DAMAGED;
    }
  }

  private ByteBuffer header(MemorySegment block) {
    CRC32C crc = new CRC32C();
    crc.update(name.getBytes(StandardCharsets.US_ASCII));
    crc.update(Hashes.bytes(tokens));
    for (long at = 0; at < block.byteSize(); at += PIECE) {
      crc.update(piece(block, at));
    }
    return ByteBuffer.allocate(HEADER)
        .putLong(MAGIC)
        .put(name.getBytes(StandardCharsets.US_ASCII))
        .putInt(tokens)
        .putInt((int) crc.getValue())
        .flip();
  }

  private static ByteBuffer piece(MemorySegment block, long at) {
    return block.asSlice(at, Math.min(PIECE, block.byteSize() - at)).asByteBuffer();
  }

  private static void fill(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new IOException("the file has become shorter");
      }
    }
  }
}
