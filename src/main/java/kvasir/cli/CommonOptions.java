package kvasir.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import kvasir.attention.AttentionKind;
import kvasir.error.UserError;
import kvasir.generate.EngineSettings;
import kvasir.kernel.Kernels;
import kvasir.kernel.ScalarKernels;
import kvasir.kernel.VectorKernels;
import kvasir.tensor.DType;
import picocli.CommandLine.Option;

/** What every command that runs a model takes, and the layout that it runs in. */
class CommonOptions {
  /** Which implementation of the kernels. */
  enum KernelKind {
    VECTOR,
    SCALAR;

    Kernels create() {
      return this == VECTOR ? new VectorKernels() : new ScalarKernels();
    }
  }

  private static final int MOST_THREADS = 1024;
  private static final int MOST_BLOCK_TOKENS = 1 << 16;
  private static final int MOST_SHARDS = 1 << 12;
  private static final int STREAMING_CHUNK = 512;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Model in Hugging Face layout: config.json, safetensors, tokenizer.json.")
  Path model;

  Integer ranks;
  Integer threads;
  DType kvType = DType.BF16;
  AttentionKind attention = AttentionKind.STREAMING;

  @Option(
      names = "--hosts",
      paramLabel = "FILE",
      description = "Hosts to start ranks on, one per line: host, host:slots or host slots=n.")
  Path hosts;

  @Option(
      names = "--kernels",
      paramLabel = "KIND",
      description = "vector or scalar; the same bits (default: vector).")
  KernelKind kernels = KernelKind.VECTOR;

  @Option(
      names = "--vector-bits",
      paramLabel = "N",
      description =
          "Width of the vectors, 128, 256 or 512; changes no bit of a result (default: what this"
              + " machine prefers, up to 512). Measure it with bench: on some processors 256 beats 512.")
  Integer vectorBits;

  @Option(
      names = "--block-size",
      paramLabel = "N",
      description =
          "Tokens in a KV block, a power of two (default: by the model's context, 16 to 256).")
  int blockSize;

  @Option(
      names = "--shards",
      paramLabel = "S",
      description =
          "Leaves of the merge tree, a power of two; at most so many ranks (default: 16). Runs with"
              + " equal block size and shards give equal bits.")
  int shards = 16;

  @Option(
      names = "--prefill-chunk",
      paramLabel = "N",
      description =
          "Most tokens of one forward pass; changes no bit (default: 512, with standard attention"
              + " the whole prompt).")
  Integer prefillChunk;

  @Option(
      names = "--timeout",
      paramLabel = "S",
      description = "Seconds a rank waits for another before the run ends (default: 120).")
  int timeoutSeconds = 120;

  @Option(names = "--debug", description = "Show stack traces and debug logs.")
  boolean debug;

  Duration timeout() {
    return Duration.ofSeconds(timeoutSeconds);
  }

  int rankCount() {
    return ranks == null ? 1 : ranks;
  }

  /** Checks what can be checked without the model, and makes the settings of a rank. */
  EngineSettings settings(int worldSize) {
    check();
    int share = Math.max(1, Runtime.getRuntime().availableProcessors() / worldSize);
    int chunk = attention == AttentionKind.STANDARD ? Integer.MAX_VALUE : STREAMING_CHUNK;
    return new EngineSettings(
        model,
        kvType,
        attention,
        kernels.create(),
        threads == null ? share : threads,
        blockSize,
        shards,
        prefillChunk == null ? chunk : prefillChunk);
  }

  void check() {
    range("--shards", shards, 1, MOST_SHARDS);
    powerOfTwo("--shards", shards);
    range("--ranks", rankCount(), 1, Integer.MAX_VALUE);
    if (rankCount() > shards) {
      throw new UserError(
          "--ranks", rankCount() + " ranks for " + shards + " shards", "raise --shards");
    }
    range("--threads", threads == null ? 1 : threads, 1, MOST_THREADS);
    range("--block-size", blockSize, 0, MOST_BLOCK_TOKENS);
    if (blockSize > 0) {
      powerOfTwo("--block-size", blockSize);
    }
    range("--prefill-chunk", prefillChunk == null ? 1 : prefillChunk, 1, Integer.MAX_VALUE);
    if (vectorBits != null) {
      range("--vector-bits", vectorBits, 128, 512);
      powerOfTwo("--vector-bits", vectorBits);
    }
    range("--timeout", timeoutSeconds, 1, 86_400);
    if (!Files.isDirectory(model)) {
      throw new UserError("--model " + model, "no such directory", "give a model's directory");
    }
  }

  static void range(String option, long value, long least, long most) {
    if (value < least || value > most) {
      String bound = most == Integer.MAX_VALUE ? "at least " + least : least + " to " + most;
      throw new UserError(option, value + " is out of range", "give " + bound);
    }
  }

  private static void powerOfTwo(String option, int value) {
    if (Integer.bitCount(value) != 1) {
      throw new UserError(
          option, value + " is no power of two", "try " + Integer.highestOneBit(value));
    }
  }
}
