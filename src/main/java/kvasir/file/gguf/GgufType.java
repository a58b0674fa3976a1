package kvasir.file.gguf;

import java.util.Arrays;
import java.util.Optional;

/** Types of tensors that are read, with the numbers that stand for them in files. */
public enum GgufType {
  F32(0, 1, 4),
  F16(1, 1, 2),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q5_0(6, 32, 22),
  Q5_1(7, 32, 24),
  Q8_0(8, 32, 34),
  Q2_K(10, 256, 84),
  Q3_K(11, 256, 110),
  Q4_K(12, 256, 144),
  Q5_K(13, 256, 176),
  Q6_K(14, 256, 210),
  IQ4_NL(20, 32, 18),
  IQ4_XS(23, 256, 136),
  BF16(30, 1, 2);

  private final int number;
  private final int blockLength;
  private final int blockBytes;

  GgufType(int number, int blockLength, int blockBytes) {
    this.number = number;
    this.blockLength = blockLength;
    this.blockBytes = blockBytes;
  }

  /** Returns the type of a number in a file, or empty if it is not supported. */
  public static Optional<GgufType> of(int number) {
    return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
  }

  /** Returns the number that stands for the type in files. */
  public int number() {
    return number;
  }

  /** Returns the elements of a block; 1 for plain types. A row is a whole number of blocks. */
  public int blockLength() {
    return blockLength;
  }

  /** Returns the bytes of a block. */
  public int blockBytes() {
    return blockBytes;
  }
}
