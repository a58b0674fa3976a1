package kvasir.template;

import java.math.BigInteger;

/** Value of an expression of a template, with the types of Python that templates meet. */
sealed interface Value
    permits Value.None,
        Value.Bool,
        Value.Int,
        Value.Real,
        Text,
        Sequence,
        Mapping,
        Undefined,
        Namespace,
        LoopState,
        Callable {

  /** Returns Python's name of the type, as messages have it. */
  String typeName();

  /** The value None. */
  enum None implements Value {
    /** The only one. */
    NONE;

    @Override
    public String typeName() {
      return "NoneType";
    }
  }

  /**
   * A truth value.
   *
   * @param value the value
   */
  record Bool(boolean value) implements Value {
    @Override
    public String typeName() {
      return "bool";
    }
  }

  /**
   * A whole number of any size.
   *
   * @param value the value
   */
  record Int(BigInteger value) implements Value {
    static Int of(long value) {
      return new Int(BigInteger.valueOf(value));
    }

    @Override
    public String typeName() {
      return "int";
    }
  }

  /**
   * A floating-point number.
   *
   * @param value the value
   */
  record Real(double value) implements Value {
    @Override
    public String typeName() {
      return "float";
    }
  }
}
