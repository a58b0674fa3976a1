package kvasir.file.gguf;

/** Names of tensor types that are known and not supported, for messages. */
final class UnsupportedType {
  private static final String OTHER = "use a file of another quantisation, for example Q4_K_M";
  private static final String REPACKED = "use a Q4_0 file, which is repacked when it is loaded";

  private UnsupportedType() {}

  /**
   * Returns the name of a type.
   *
   * @param number the type's number in the file, unsigned
   */
  static String words(long number) {
    String name = number < 64 ? name((int) number) : "";
    return name.isEmpty() ? "the unknown type " + number : "type " + name + " (" + number + ")";
  }

  /** Returns advice to the user about a file with such a type. */
  static String remedy(long number) {
    return number >= 31 && number <= 33 ? REPACKED : OTHER;
  }

  private static String name(int number) {
    return switch (number) {
      case 4 -> "Q4_2";
      case 5 -> "Q4_3";
      case 9 -> "Q8_1";
      case 15 -> "Q8_K";
      case 16 -> "IQ2_XXS";
      case 17 -> "IQ2_XS";
      case 18 -> "IQ3_XXS";
      case 19 -> "IQ1_S";
      case 21 -> "IQ3_S";
      case 22 -> "IQ2_S";
      case 24 -> "I8";
      case 25 -> "I16";
      case 26 -> "I32";
      case 27 -> "I64";
      case 28 -> "F64";
      case 29 -> "IQ1_M";
      case 31 -> "Q4_0_4_4";
      case 32 -> "Q4_0_4_8";
      case 33 -> "Q4_0_8_8";
      case 34 -> "TQ1_0";
      case 35 -> "TQ2_0";
      case 36 -> "IQ4_NL_4_4";
      case 37 -> "IQ4_NL_4_8";
      case 38 -> "IQ4_NL_8_8";
      case 39 -> "MXFP4";
      case 40 -> "NVFP4";
      default -> "";
    };
  }
}
