package kvasir.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import kvasir.error.UserError;
import kvasir.file.Json;
import kvasir.file.Unwritable;
import kvasir.file.WholeFile;

/**
 * Writer of a checkpoint with the shape of a real model and random weights in bf16: norms are 1,
 * other weights normally distributed with the deviation of an initialised model. Equal seeds give
 * equal bytes. Files are written atomically; config.json, without which the directory is not a
 * model, is written last.
 */
public final class RandomCheckpoint {
  static final float DEVIATION = 0.02f;
  private static final short ONE = 0x3f80;
  private static final int DRAWS = 1 << 16;
  private static final int BUFFER = 1 << 20;
  private static final int ALIGNMENT = 8;

  private final ModelShape shape;
  private final int layers;
  private final long seed;

  /**
   * Creates a writer.
   *
   * @param layers number of decoder layers
   */
  public RandomCheckpoint(ModelShape shape, int layers, long seed) {
    this.shape = shape;
    this.layers = layers;
    this.seed = seed;
  }

  /** Returns the bytes of all tensors. */
  public long bytes() {
    return shape.tensors(layers).stream().mapToLong(RandomCheckpoint::bytes).sum();
  }

  /**
   * Checks that a directory contains no model.
   *
   * @throws UserError if it does
   */
  public static void requireNoModel(Path directory) {
    if (Files.exists(directory.resolve("config.json"))
        || Files.exists(directory.resolve("model.safetensors"))) {
      throw new UserError(
          directory.toString(), "there is a model already", "name another directory");
    }
  }

  /**
   * Writes the checkpoint into a directory, creating it if needed.
   *
   * @param progress called with the number of bytes of tensors written so far
   * @throws UserError if the directory contains a model or cannot be written to
   */
  public void write(Path directory, LongConsumer progress) {
    Path config = directory.resolve("config.json");
    Path weights = directory.resolve("model.safetensors");
    requireNoModel(directory);
    boolean made = !Files.exists(directory);
    try {
      Files.createDirectories(directory);
      WholeFile.write(weights, channel -> writeTensors(channel, progress));
      ByteBuffer text = ByteBuffer.wrap(shape.config(layers).getBytes(StandardCharsets.UTF_8));
      WholeFile.write(config, channel -> WholeFile.writeAll(channel, text));
    } catch (IOException e) {
      deleteQuietly(weights);
      if (made) {
        deleteQuietly(directory);
      }
      throw Unwritable.of(weights.toString(), e);
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      return; // The user is told of the failed write instead.
    }
  }

  private void writeTensors(FileChannel channel, LongConsumer progress) throws IOException {
    List<ModelShape.Tensor> tensors = shape.tensors(layers);
    WholeFile.writeAll(channel, header(tensors));
    short[] draws = draws();
    SplittableRandom random = new SplittableRandom(seed);
    long done = 0;
    for (ModelShape.Tensor tensor : tensors) {
      writeTensor(channel, tensor, draws, random.split());
      done += bytes(tensor);
      progress.accept(done);
    }
    channel.force(false);
  }

  private static ByteBuffer header(List<ModelShape.Tensor> tensors) {
    ObjectNode root = Json.object();
    root.putObject("__metadata__").put("format", "pt");
    long offset = 0;
    for (ModelShape.Tensor tensor : tensors) {
      ObjectNode node = root.putObject(tensor.name());
      node.put("dtype", "BF16");
      tensor.shape().forEach(node.putArray("shape")::add);
      node.putArray("data_offsets").add(offset).add(offset + bytes(tensor));
      offset += bytes(tensor);
    }
    byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
    int padded = Math.ceilDiv(json.length, ALIGNMENT) * ALIGNMENT;
    ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(padded).put(json);
    while (buffer.hasRemaining()) {
      buffer.put((byte) ' ');
    }
    return buffer.flip();
  }

  private static long bytes(ModelShape.Tensor tensor) {
    return tensor.shape().stream().mapToLong(Integer::longValue).reduce(2, (a, b) -> a * b);
  }

  /**
   * Returns normally distributed numbers in bf16 to draw from, which is faster than computing each
   * weight and as good for timing.
   */
  private short[] draws() {
    Random random = new Random(seed);
    short[] draws = new short[DRAWS];
    for (int i = 0; i < DRAWS; i++) {
      int bits = Float.floatToIntBits((float) random.nextGaussian() * DEVIATION);
      draws[i] = (short) (bits >>> 16);
    }
    return draws;
  }

  private static void writeTensor(
      FileChannel channel, ModelShape.Tensor tensor, short[] draws, SplittableRandom random)
      throws IOException {
    boolean norm = tensor.shape().size() == 1;
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    long left = bytes(tensor) / 2;
    while (left > 0) {
      buffer.clear();
      long now = Math.min(left, BUFFER / 2);
      long bits = 0;
      for (int i = 0; i < now; i++) {
        bits = i % 4 == 0 ? random.nextLong() : bits >>> 16;
        buffer.putShort(norm ? ONE : draws[(int) (bits & (DRAWS - 1))]);
      }
      WholeFile.writeAll(channel, buffer.flip());
      left -= now;
    }
  }
}
