package kvasir.file.gguf;

import java.nio.file.Path;
import java.util.List;

/**
 * Tensor of a GGUF file, checked against the file.
 *
 * @param name name of the tensor
 * @param dimensions extents as in the file, the fastest first; 1 to 4 of them, all positive
 * @param type type of the elements
 * @param file the file that has the data, one part of a split model
 * @param begin offset of the first byte from the begin of that file
 */
public record GgufTensor(String name, List<Long> dimensions, GgufType type, Path file, long begin) {

  /** Returns the number of elements. */
  public long elements() {
    return dimensions.stream().reduce(1L, Math::multiplyExact);
  }

  /** Returns the bytes of the data. */
  public long bytes() {
    return elements() / type.blockLength() * type.blockBytes();
  }

  /** Returns the offset after the last byte from the begin of the file. */
  public long end() {
    return begin + bytes();
  }

  /**
   * Returns the extents with the slowest first, as safetensors files have them, and without the
   * slowest ones that are 1: {@code [rows, columns]} of a matrix.
   */
  public List<Long> shape() {
    int length = dimensions.size();
    while (length > 1 && dimensions.get(length - 1) == 1) {
      length--;
    }
    return dimensions.subList(0, length).reversed();
  }
}
