package kvasir.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import kvasir.error.UserError;
import kvasir.file.gguf.GgufType;
import kvasir.file.gguf.GgufWriter;
import kvasir.tensor.BlockFormat;
import kvasir.weights.GgufNames;

/**
 * Writer of a GGUF file with the shape of a real model and random weights in quantised formats,
 * with the deviation of {@link RandomCheckpoint}; norms are 1. The file has no tokenizer. Equal
 * seeds give equal bytes. Not thread-safe.
 */
public final class RandomGguf {
  private static final int BLOCKS = 1 << 12;

  private final GgufWriter writer = new GgufWriter();
  private final Map<BlockFormat, RandomBlocks> blocks = new EnumMap<>(BlockFormat.class);
  private LongConsumer progress = bytes -> {};
  private long done;

  /**
   * Creates a writer.
   *
   * @param layers number of decoder layers
   * @param mix formats of the matrices
   */
  public RandomGguf(ModelShape shape, int layers, FormatMix mix, long seed) {
    ModelConfig config = shape.model(layers);
    new GgufConfigWriter(config, shape.label()).add(writer, shape.label() + " random", mix);
    // The value by which llama.cpp, too, reads a model without a vocabulary.
    writer.text("tokenizer.ggml.model", "no_vocab");
    writer.uint32("tokenizer.ggml.eos_token_id", config.eosTokens().getFirst());
    SplittableRandom random = new SplittableRandom(seed);
    for (ModelShape.Tensor tensor : shape.tensors(layers)) {
      BlockFormat format = mix.format(tensor.name(), layers, config.tiedOutput());
      add(tensor, format, random.nextLong());
    }
  }

  private void add(ModelShape.Tensor tensor, BlockFormat format, long seed) {
    List<Long> dimensions = tensor.shape().reversed().stream().map(Integer::longValue).toList();
    long elements = dimensions.stream().reduce(1L, Math::multiplyExact);
    String name = GgufNames.gguf(tensor.name());
    if (dimensions.size() == 1) {
      writer.tensor(name, dimensions, GgufType.F32, sink -> writeOnes(sink, (int) elements));
    } else {
      long count = elements / format.blockLength();
      writer.tensor(
          name,
          dimensions,
          GgufType.valueOf(format.name()),
          sink -> writeBlocks(sink, format, count, new SplittableRandom(seed)));
    }
  }

  /** Returns the bytes of all tensors. */
  public long bytes() {
    return writer.tensorBytes();
  }

  /**
   * Writes the file.
   *
   * @param written called with the number of bytes of tensors written so far
   * @throws UserError if it cannot be written
   */
  public void write(Path file, LongConsumer written) {
    progress = written;
    done = 0;
    writer.write(file);
  }

  private void writeOnes(GgufWriter.Sink sink, int count) throws IOException {
    ByteBuffer ones = ByteBuffer.allocate(Float.BYTES * count).order(ByteOrder.LITTLE_ENDIAN);
    while (ones.hasRemaining()) {
      ones.putFloat(1);
    }
    write(sink, ones.flip());
  }

  private void writeBlocks(
      GgufWriter.Sink sink, BlockFormat format, long count, SplittableRandom random)
      throws IOException {
    RandomBlocks source =
        blocks.computeIfAbsent(
            format, f -> new RandomBlocks(f, RandomCheckpoint.DEVIATION, BLOCKS));
    for (long left = count; left > 0; left -= BLOCKS) {
      write(sink, source.next(random, (int) Math.min(left, BLOCKS)));
    }
  }

  private void write(GgufWriter.Sink sink, ByteBuffer bytes) throws IOException {
    done += bytes.remaining();
    sink.write(bytes);
    progress.accept(done);
  }
}
