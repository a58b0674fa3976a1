package kvasir.file;

import java.nio.ByteBuffer;

/** Encoding of values for hashing. */
public final class Hashes {
  private Hashes() {}

  /** Returns the four bytes of a number, the highest first. */
  public static byte[] bytes(int value) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
  }
}
