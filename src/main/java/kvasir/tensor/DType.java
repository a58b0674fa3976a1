package kvasir.tensor;

/** Element types of weights and of the KV cache, little-endian in memory. */
public enum DType implements StorageFormat {
  F32(4, Float.MAX_VALUE),
  F16(2, 65504),
  BF16(2, 0x1.fep127f);

  private final int bytes;
  private final float largest;

  DType(int bytes, float largest) {
    this.bytes = bytes;
    this.largest = largest;
  }

  /** Returns the largest finite number that an element can hold. */
  public float largest() {
    return largest;
  }

  /** Returns the size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  @Override
  public int blockLength() {
    return 1;
  }

  @Override
  public int blockBytes() {
    return bytes;
  }
}
