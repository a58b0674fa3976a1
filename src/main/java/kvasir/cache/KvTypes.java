package kvasir.cache;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.DType;
import kvasir.tensor.KeyBytes;
import kvasir.tensor.Panels;
import kvasir.tensor.ScaledRows;
import kvasir.tensor.StorageFormat;

/**
 * Types that keys and values can have in a cache. In {@code q8_0} up to 32 neighbouring elements of
 * a token's head are signed bytes with one scale in f16; an element is {@code byte * scale}.
 */
public final class KvTypes {
  /** All types. */
  public static final List<StorageFormat> ALL =
      List.of(DType.F32, DType.F16, DType.BF16, BlockFormat.Q8_0);

  private static final float LARGEST_BYTES = 127 * DType.F16.largest();

  private KvTypes() {}

  /** Returns the type that a user writes with this name, in letters of any case. */
  public static Optional<StorageFormat> named(String name) {
    return ALL.stream().filter(type -> type.name().equalsIgnoreCase(name)).findFirst();
  }

  /** Returns the name that users write. */
  public static String name(StorageFormat type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  /** Returns the names that users write. */
  public static List<String> names() {
    return ALL.stream().map(KvTypes::name).toList();
  }

  /** Returns the largest finite magnitude that an element can have. */
  public static float largest(StorageFormat type) {
    return type instanceof DType plain ? plain.largest() : LARGEST_BYTES;
  }

  /** Returns the bytes of the key, or the value, of one token and head. */
  public static int headBytes(StorageFormat type, int headDim) {
    return Math.ceilDiv(headDim, type.blockLength()) * type.blockBytes();
  }

  /** Returns the bytes of the keys of one head in a block, which has whole panels of tokens. */
  static long keyBytes(StorageFormat type, int headDim, int tokens) {
    return switch (type) {
      case DType plain -> Panels.bytes(plain, headDim, tokens);
      case BlockFormat _ -> KeyBytes.bytes(headDim, tokens);
    };
  }

  /** Returns the bytes of the values of one head in a block, in whole panels of elements. */
  static long valueBytes(StorageFormat type, int tokens, int headDim) {
    return switch (type) {
      case DType plain -> Panels.bytes(plain, tokens, headDim);
      case BlockFormat _ -> ScaledRows.bytes(tokens, headDim);
    };
  }
}
