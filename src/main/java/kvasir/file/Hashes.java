package kvasir.file;

import java.nio.ByteBuffer;

/** What hashes are taken of. */
public final class Hashes {
  private Hashes() {}

  public static byte[] bytes(int value) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
  }
}
