package kvasir.cli.option;

import java.util.Iterator;
import kvasir.cache.KvTypes;
import kvasir.tensor.StorageFormat;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Values of {@code --kv-type} on the command line. */
public final class KvType {
  private KvType() {}

  /** Parser of a type's name. */
  public static final class Converter implements ITypeConverter<StorageFormat> {
    @Override
    public StorageFormat convert(String text) {
      return KvTypes.named(text)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "expected one of "
                          + KvTypes.names()
                          + " (case-insensitive) but was '"
                          + text
                          + "'"));
    }
  }

  /** The names, for help texts and completion. */
  public static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return KvTypes.names().iterator();
    }
  }
}
