package kvasir.weights;

import java.util.List;

/**
 * A tensor as a header describes it, checked against its file.
 *
 * @param dtype as written: F32, BF16, I64 ...
 * @param begin first byte, from the end of the header
 * @param end one past the last byte
 */
public record TensorInfo(String name, String dtype, List<Long> shape, long begin, long end) {}
