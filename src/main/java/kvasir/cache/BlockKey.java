package kvasir.cache;

import java.nio.ByteBuffer;

/**
 * Name of a block's content: a whole SHA-256 over a salt and all tokens up to the block's end.
 * Equal keys are taken for equal tokens; tokens are not compared again, since no two inputs with
 * equal SHA-256 are known.
 */
public record BlockKey(long first, long second, long third, long fourth) {
  /** Returns the key with these 32 bytes. */
  static BlockKey of(byte[] hash) {
    ByteBuffer buffer = ByteBuffer.wrap(hash);
    return new BlockKey(buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
  }

  /** Writes the 32 bytes of the key. */
  void put(ByteBuffer target) {
    target.putLong(first).putLong(second).putLong(third).putLong(fourth);
  }

  // All bits of a SHA-256 are equally random; a part of them is hash enough.
  @Override
  public int hashCode() {
    return (int) first;
  }
}
