package kvasir.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.LongConsumer;
import kvasir.error.UserError;
import kvasir.file.gguf.GgufType;
import kvasir.file.gguf.GgufWriter;
import kvasir.kernel.BlockEncoder;
import kvasir.kernel.Kernels;
import kvasir.kernel.ScalarKernels;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.Matrix;
import kvasir.weights.Checkpoint;

/**
 * Export of a model from safetensors files to GGUF: the configuration as metadata, and the tensors
 * by the names and in the order of rows of GGUF. Matrices are quantised; those whose rows are not
 * whole blocks, norms, biases and divisors of frequencies are written as F32. Not thread-safe.
 */
public final class GgufExport {
  private static final int BUFFER = 1 << 20;

  private final ModelTensors tensors;
  private final ModelConfig config;
  private final BlockFormat format;
  private final LongConsumer progress;
  private final Kernels kernels = new ScalarKernels();
  private final GgufWriter writer = new GgufWriter();
  private long done;

  private GgufExport(
      Checkpoint checkpoint, ModelConfig config, BlockFormat format, LongConsumer progress) {
    this.tensors = ModelTensors.of(checkpoint);
    this.config = config;
    this.format = format;
    this.progress = progress;
  }

  /**
   * Returns a writer with the model's metadata and tensors, to which the tokenizer is yet to be
   * added. Tensors are read when the file is written: the checkpoint must stay open until then.
   *
   * @param checkpoint weights in safetensors files
   * @param name name of the model
   * @param format Q8_0 or Q4_0
   * @param progress called with the number of bytes of tensors written so far
   * @throws UserError if a tensor is missing or has another shape, or the architecture cannot be
   *     written
   */
  public static GgufWriter writer(
      Checkpoint checkpoint,
      ModelConfig config,
      String name,
      BlockFormat format,
      LongConsumer progress) {
    GgufExport export = new GgufExport(checkpoint, config, format, progress);
    String location = checkpoint.location().toString();
    new GgufConfigWriter(config, location).add(export.writer, name, FormatMix.of(format));
    if (config.rope() instanceof RopeConfig.Llama3 llama3) {
      export.addDivisors(llama3);
    }
    export.addTensors();
    return export.writer;
  }

  // Source: convert_hf_to_gguf.py of llama.cpp, which gives files of Llama 3.1 this tensor.
  private void addDivisors(RopeConfig.Llama3 llama3) {
    int pairs = config.headDim() / 2;
    float[] divisors = new float[pairs];
    for (int i = 0; i < pairs; i++) {
      double wavelength = 2 * Math.PI * Math.pow(llama3.theta(), (double) i / pairs);
      double smooth =
          (llama3.original() / wavelength - llama3.low()) / (llama3.high() - llama3.low());
      double kept = Math.clamp(smooth, 0, 1);
      divisors[i] = (float) (1 / ((1 - kept) / llama3.factor() + kept));
    }
    writer.tensor(
        GgufRopeReader.DIVISORS,
        List.of((long) pairs),
        GgufType.F32,
        sink -> write(sink, floats(divisors, pairs)));
  }

  private void addTensors() {
    matrix(
        ModelTensors.EMBEDDING,
        "token_embd",
        config.vocabulary(),
        config.hiddenSize(),
        RowOrder.SAME);
    for (int layer = 0; layer < config.layers(); layer++) {
      addLayer("layers." + layer + ".", "blk." + layer + ".");
    }
    vector("norm.weight", "output_norm.weight", config.hiddenSize(), RowOrder.SAME);
    if (!config.tiedOutput()) {
      matrix(ModelTensors.HEAD, "output", config.vocabulary(), config.hiddenSize(), RowOrder.SAME);
    }
  }

  private void addLayer(String prefix, String target) {
    int hidden = config.hiddenSize();
    int inner = config.intermediateSize();
    int queries = config.heads() * config.headDim();
    int keys = config.kvHeads() * config.headDim();
    boolean llama = config.architecture().equals(GgufConfigReader.LLAMA);
    RowOrder rotated = llama ? new RowOrder.Pairs(config.headDim()) : RowOrder.SAME;
    String attention = prefix + "self_attn.";
    String mlp = prefix + "mlp.";
    vector(prefix + "input_layernorm.weight", target + "attn_norm.weight", hidden, RowOrder.SAME);
    linear(attention + "q_proj", target + "attn_q", queries, hidden, config.qkvBias(), rotated);
    linear(attention + "k_proj", target + "attn_k", keys, hidden, config.qkvBias(), rotated);
    linear(attention + "v_proj", target + "attn_v", keys, hidden, config.qkvBias(), RowOrder.SAME);
    if (config.qkNorm()) {
      vector(
          attention + "q_norm.weight",
          target + "attn_q_norm.weight",
          config.headDim(),
          RowOrder.SAME);
      vector(
          attention + "k_norm.weight",
          target + "attn_k_norm.weight",
          config.headDim(),
          RowOrder.SAME);
    }
    linear(
        attention + "o_proj",
        target + "attn_output",
        hidden,
        queries,
        config.outputBias(),
        RowOrder.SAME);
    vector(
        prefix + "post_attention_layernorm.weight",
        target + "ffn_norm.weight",
        hidden,
        RowOrder.SAME);
    linear(mlp + "gate_proj", target + "ffn_gate", inner, hidden, config.mlpBias(), RowOrder.SAME);
    linear(mlp + "up_proj", target + "ffn_up", inner, hidden, config.mlpBias(), RowOrder.SAME);
    linear(mlp + "down_proj", target + "ffn_down", hidden, inner, config.mlpBias(), RowOrder.SAME);
  }

  private void linear(
      String name, String target, int outputs, int inputs, boolean bias, RowOrder order) {
    matrix(name + ".weight", target, outputs, inputs, order);
    if (bias) {
      vector(name + ".bias", target + ".bias", outputs, order);
    }
  }

  private void matrix(String name, String target, int rows, int columns, RowOrder order) {
    Matrix source = tensors.matrix(name, rows, columns);
    boolean whole = columns % format.blockLength() == 0;
    writer.tensor(
        target + ".weight",
        List.of((long) columns, (long) rows),
        whole ? GgufType.valueOf(format.name()) : GgufType.F32,
        sink -> writeRows(name, source, order, whole, sink));
  }

  private void vector(String name, String target, int n, RowOrder order) {
    Matrix source = tensors.vector(name, n);
    writer.tensor(
        target,
        List.of((long) n),
        GgufType.F32,
        sink -> {
          float[] values = new float[n];
          new MappedRows(tensors.checkpoint(), kernels, source).decode(0, values, 0);
          float[] ordered = new float[n];
          for (int i = 0; i < n; i++) {
            ordered[order.inFile(i)] = values[i];
          }
          write(sink, floats(ordered, n));
        });
  }

  private void writeRows(
      String name, Matrix source, RowOrder order, boolean quantised, GgufWriter.Sink sink)
      throws IOException {
    int columns = source.columns();
    int[] sources = new int[source.rows()];
    for (int row = 0; row < sources.length; row++) {
      sources[order.inFile(row)] = row;
    }
    MappedRows rows = new MappedRows(tensors.checkpoint(), kernels, source);
    float[] values = new float[columns];
    long bytes = quantised ? format.bytes(columns) : (long) Float.BYTES * columns;
    ByteBuffer buffer = little((int) Math.max(bytes, BUFFER / bytes * bytes));
    for (int row : sources) {
      rows.decode(row, values, 0);
      if (!quantised) {
        buffer.put(floats(values, columns));
      } else if (!BlockEncoder.encode(format, values, columns, buffer)) {
        throw new UserError(
            tensors.checkpoint().location().toString(),
            "tensor " + tensors.name(name) + " has NaN or numbers too large for " + format,
            "find them by inspect --check");
      }
      if (buffer.remaining() < bytes) {
        write(sink, buffer.flip());
        buffer.clear();
      }
    }
    write(sink, buffer.flip());
  }

  private void write(GgufWriter.Sink sink, ByteBuffer bytes) throws IOException {
    done += bytes.remaining();
    sink.write(bytes);
    progress.accept(done);
  }

  private static ByteBuffer floats(float[] values, int count) {
    ByteBuffer bytes = little(Float.BYTES * count);
    bytes.asFloatBuffer().put(values, 0, count);
    return bytes;
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
