package kvasir.weights;

import java.util.List;

/**
 * Description of a tensor in a header, checked against its file.
 *
 * @param name name of the tensor
 * @param dtype element type as written: F32, BF16, I64 ...
 * @param shape extents, the slowest first
 * @param begin offset of the first byte from the end of the header
 * @param end offset one past the last byte
 */
public record TensorInfo(String name, String dtype, List<Long> shape, long begin, long end) {}
