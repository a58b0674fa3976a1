package kvasir.engine;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;
import kvasir.cache.KvTypes;
import kvasir.tensor.StorageFormat;

/** Reader of the name of a KV type in JSON. */
public final class KvTypeReader extends StdDeserializer<StorageFormat> {
  private static final long serialVersionUID = 1;

  /** Creates a reader. */
  public KvTypeReader() {
    super(StorageFormat.class);
  }

  @Override
  public StorageFormat deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    String name = parser.getText();
    return KvTypes.named(name)
        .orElseThrow(() -> context.weirdStringException(name, StorageFormat.class, "no KV type"));
  }
}
