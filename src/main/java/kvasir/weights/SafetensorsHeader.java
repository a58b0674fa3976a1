package kvasir.weights;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kvasir.error.UserError;
import kvasir.file.StrictJson;

/**
 * Parser and checks of the JSON header of a safetensors file. The tensors must cover the data
 * without overlap or hole, and each one's bytes must be its shape times its element size. Format
 * and checks are those of the reference implementation (huggingface/safetensors).
 */
final class SafetensorsHeader {
  private static final Map<String, Integer> ELEMENT_BITS =
      Map.ofEntries(
          Map.entry("BOOL", 8),
          Map.entry("U8", 8),
          Map.entry("I8", 8),
          Map.entry("F8_E5M2", 8),
          Map.entry("F8_E4M3", 8),
          Map.entry("F8_E8M0", 8),
          Map.entry("F4", 4),
          Map.entry("F6_E2M3", 6),
          Map.entry("F6_E3M2", 6),
          Map.entry("I16", 16),
          Map.entry("U16", 16),
          Map.entry("F16", 16),
          Map.entry("BF16", 16),
          Map.entry("I32", 32),
          Map.entry("U32", 32),
          Map.entry("F32", 32),
          Map.entry("C64", 64),
          Map.entry("F64", 64),
          Map.entry("I64", 64),
          Map.entry("U64", 64));

  private final String file;

  private SafetensorsHeader(String file) {
    this.file = file;
  }

  /**
   * Parses and checks a header.
   *
   * @param file name of the file in messages
   * @param json text of the header
   * @param dataBytes number of bytes after the header
   * @return tensors by name, in the order of their data
   * @throws UserError if the header is not valid
   */
  static Map<String, TensorInfo> parse(String file, String json, long dataBytes) {
    return new SafetensorsHeader(file).parse(json, dataBytes);
  }

  private Map<String, TensorInfo> parse(String json, long dataBytes) {
    List<TensorInfo> tensors = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : root(json).properties()) {
      if (entry.getKey().equals("__metadata__")) {
        checkMetadata(entry.getValue());
      } else {
        tensors.add(tensor(entry.getKey(), entry.getValue()));
      }
    }
    tensors.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
    checkCover(tensors, dataBytes);
    Map<String, TensorInfo> byName = new LinkedHashMap<>();
    tensors.forEach(t -> byName.put(t.name(), t));
    return byName;
  }

  private JsonNode root(String json) {
    JsonNode root = StrictJson.tree(file + " header", json, remedy());
    if (!root.isObject()) {
      throw damaged("the header is no JSON object");
    }
    return root;
  }

  private void checkMetadata(JsonNode metadata) {
    if (!metadata.isObject() || !metadata.valueStream().allMatch(JsonNode::isTextual)) {
      throw damaged("__metadata__ is not a map of strings");
    }
  }

  private TensorInfo tensor(String name, JsonNode node) {
    JsonNode offsets = node.path("data_offsets");
    JsonNode shape = node.path("shape");
    boolean complete =
        node.path("dtype").isTextual()
            && shape.isArray()
            && offsets.isArray()
            && offsets.size() == 2;
    if (!complete) {
      throw damaged("tensor " + name + " lacks dtype, shape or data_offsets");
    }
    String dtype = node.get("dtype").asText();
    Integer bits = ELEMENT_BITS.get(dtype);
    if (bits == null) {
      throw damaged("tensor " + name + " has the unknown dtype " + dtype);
    }
    List<Long> extents = new ArrayList<>();
    shape.forEach(extent -> extents.add(unsigned(name, extent)));
    long begin = unsigned(name, offsets.get(0));
    long end = unsigned(name, offsets.get(1));
    checkSpan(name, extents, bits, begin, end);
    return new TensorInfo(name, dtype, List.copyOf(extents), begin, end);
  }

  private long unsigned(String name, JsonNode number) {
    if (number.isBigInteger() && number.bigIntegerValue().signum() > 0) {
      throw damaged("tensor " + name + " is impossibly large: " + number);
    }
    if (!number.isIntegralNumber() || !number.canConvertToLong() || number.asLong() < 0) {
      throw damaged("tensor " + name + " has the impossible size or offset " + number);
    }
    return number.asLong();
  }

  private void checkSpan(String name, List<Long> shape, int bits, long begin, long end) {
    try {
      // Elements are multiplied first, as in the reference: a large extent times 0 is allowed.
      long elements = 1;
      for (long extent : shape) {
        elements = Math.multiplyExact(elements, extent);
      }
      long total = Math.multiplyExact(elements, (long) bits);
      if (total % 8 != 0 || end < begin || total / 8 != end - begin) {
        throw damaged("tensor " + name + " of shape " + shape + " does not fit its data_offsets");
      }
    } catch (ArithmeticException e) {
      throw new UserError(file, "tensor " + name + " is impossibly large", remedy(), e);
    }
  }

  private void checkCover(List<TensorInfo> tensors, long dataBytes) {
    long expected = 0;
    for (TensorInfo tensor : tensors) {
      if (tensor.begin() != expected) {
        throw damaged("tensor " + tensor.name() + " overlaps another or leaves a hole");
      }
      expected = tensor.end();
    }
    if (expected != dataBytes) {
      throw damaged(
          "the header describes " + expected + " bytes of data, the file has " + dataBytes);
    }
  }

  private UserError damaged(String what) {
    return new UserError(file, what, remedy());
  }

  private static String remedy() {
    return "the file is damaged or truncated: fetch it again";
  }
}
