package kvasir.session;

import java.nio.ByteBuffer;

/** What hashes are taken of. */
final class Hashes {
  private Hashes() {}

  static byte[] bytes(int value) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
  }
}
