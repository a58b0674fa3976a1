package kvasir.cli.option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.engine.EngineOptions;
import kvasir.error.UserError;
import kvasir.file.gguf.GgufPath;
import kvasir.launch.BindTo;
import kvasir.launch.HostFile;
import kvasir.launch.Transport;
import kvasir.launch.WorldSettings;
import kvasir.tensor.DType;
import kvasir.tensor.StorageFormat;
import picocli.CommandLine.Option;

/** Options of every command that runs a model, and of the layout in which it runs. */
public class CommonOptions {
  private static final int MOST_THREADS = 1024;
  private static final int MOST_BLOCK_TOKENS = 1 << 16;
  private static final int MOST_SHARDS = 1 << 12;
  private static final int STREAMING_CHUNK = 512;
  private static final Pattern SHARES = Pattern.compile("\\d{1,6}(,\\d{1,6})*");

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description =
          "Folder of the model in Hugging Face's layout: config.json, safetensors files and"
              + " tokenizer.json.")
  public Path model;

  public Integer ranks;
  public Integer threads;
  public StorageFormat kvType = DType.BF16;
  public AttentionKind attention = AttentionKind.STREAMING;

  @Option(
      names = "--hosts",
      paramLabel = "FILE",
      description =
          "File with the hosts to start ranks on, one per line: host, host:slots or host"
              + " slots=n. The word slurm stands for the hosts of the Slurm job.")
  public Path hosts;

  private HostFile hostFile;

  @Option(
      names = "--kernels",
      paramLabel = "KIND",
      description =
          "Kernels that compute: vector (SIMD) or scalar (plain Java). Both give the same bits"
              + " (default: vector).")
  EngineOptions.KernelKind kernels = EngineOptions.KernelKind.VECTOR;

  @Option(
      names = "--vector-bits",
      paramLabel = "N",
      description =
          "Width of SIMD vectors: 128, 256 or 512. It changes no bit of a result (default: the"
              + " width that this machine prefers, at most 512). Compare widths with bench: on some"
              + " processors 256 is faster than 512.")
  Integer vectorBits;

  @Option(
      names = "--block-size",
      paramLabel = "N",
      description =
          "Number of tokens in a KV block, a power of two (default: 16 to 64, depending on the"
              + " model's context).")
  int blockSize;

  @Option(
      names = "--shards",
      paramLabel = "S",
      description =
          "Number of leaves of the merge tree: a power of two, at least the number of ranks"
              + " (default: 16). Only runs with equal --block-size and --shards give equal bits.")
  int shards = 16;

  @Option(
      names = "--prefill-chunk",
      paramLabel = "N",
      description =
          "Largest number of prompt tokens in one forward pass. It changes no bit of a result"
              + " (default: 512; with --attention standard the whole prompt).")
  Integer prefillChunk;

  @Option(
      names = "--transport",
      paramLabel = "KIND",
      description =
          "Method by which messages travel: mpj (MPJ Express), native (the system's MPI library,"
              + " under mpirun or srun) or inprocess (ranks are threads of one process). All give"
              + " the same bits (default: mpj).")
  Transport transport = Transport.MPJ;

  @Option(
      names = "--merge",
      paramLabel = "KIND",
      description =
          "Pattern of the messages that merge attention results: tree, butterfly, alltoall,"
              + " gather, or auto, which chooses by the measured latency. All give the same bits"
              + " (default: auto).")
  MergeTopology merge = MergeTopology.AUTO;

  @Option(
      names = "--shares",
      paramLabel = "LIST",
      description =
          "Parts of weights and KV cache for each rank: a list such as 2,1,1; equal; or measured,"
              + " in proportion to how fast each rank reads memory. All give the same bits"
              + " (default: equal).")
  String shares = "equal";

  @Option(
      names = "--memory-limit",
      paramLabel = "SIZE",
      converter = Quantity.Bytes.class,
      description =
          "Largest memory of a rank, its JVM included, such as 512M or 2G. A run that needs"
              + " more is refused (default: no limit).")
  Long memoryLimit;

  @Option(
      names = "--bind",
      paramLabel = "TO",
      description =
          "Processors of the ranks: core (a run of cores for each rank, one core for each"
              + " thread), numa (one or more NUMA nodes for each rank) or none. The processors that"
              + " the system granted are printed (default: none).")
  BindTo bind = BindTo.NONE;

  @Option(
      names = "--timeout",
      paramLabel = "S",
      description =
          "Seconds that a rank waits for another rank before the run ends (default: 120).")
  int timeoutSeconds = 120;

  @Option(
      names = "--silence",
      paramLabel = "S",
      description =
          "Seconds without a sign of life after which a rank counts as lost (default: 4).")
  int silenceSeconds = (int) WorldSettings.SILENCE.toSeconds();

  @Option(names = "--debug", description = "Show stack traces and debug logs.")
  boolean debug;

  /**
   * Returns the hosts on which the user wants ranks; empty if the user named none. The file is read
   * once.
   *
   * @throws UserError if the file cannot be read or is wrong
   */
  public Optional<HostFile> hostFile() {
    if (hosts != null && hostFile == null) {
      hostFile = HostFile.read(hosts);
    }
    return Optional.ofNullable(hostFile);
  }

  /**
   * Returns the number of ranks to start: that of the option, otherwise one on each slot of the
   * hosts.
   */
  public int rankCount() {
    int slots = hostFile().map(HostFile::size).orElse(1);
    if (ranks == null && slots > shards) {
      throw new UserError(
          "--hosts " + hosts,
          slots + " slots for " + shards + " shards",
          "give --ranks, or raise --shards");
    }
    return ranks == null ? slots : ranks;
  }

  /**
   * Returns the settings with which the world of this command is started.
   *
   * @param starts whether this process starts the ranks, so that their hosts are needed
   * @param rebuilds whether a new world is started when a rank is lost
   */
  public WorldSettings world(boolean starts, boolean rebuilds) {
    return new WorldSettings(
        starts ? Integer.valueOf(rankCount()) : ranks,
        starts ? slots(rankCount()) : List.of(),
        hosts != null,
        HostFile.SLURM.equals(hosts),
        transport,
        timeoutSeconds,
        silenceSeconds,
        bind,
        threads,
        vectorBits,
        rebuilds,
        debug);
  }

  /**
   * Returns the host of each rank, followed by the hosts of spare slots.
   *
   * @param count number of ranks
   */
  private List<String> slots(int count) {
    Optional<HostFile> file = hostFile();
    if (file.isEmpty()) {
      return WorldSettings.here(count);
    }
    List<String> slots = new ArrayList<>(file.get().place(count));
    List<String> all = file.get().place(file.get().size());
    slots.addAll(all.subList(Math.min(count, all.size()), all.size()));
    return slots;
  }

  /**
   * Checks everything that can be checked without the model, and returns the options of an engine.
   *
   * @throws UserError if an option is wrong
   */
  public EngineOptions engine() {
    check();
    int chunk = attention == AttentionKind.STANDARD ? Integer.MAX_VALUE : STREAMING_CHUNK;
    return new EngineOptions(
        model.toString(),
        kvType,
        attention,
        kernels,
        blockSize,
        shards,
        prefillChunk == null ? chunk : prefillChunk,
        weights(),
        measuresShares(),
        merge,
        memoryLimit == null ? 0 : memoryLimit);
  }

  private boolean measuresShares() {
    return shares.equals("measured");
  }

  /** Returns the ranks' shares as the user gave them; empty if shares are equal or measured. */
  private List<Integer> weights() {
    if (shares.equals("equal") || measuresShares()) {
      return List.of();
    }
    if (!SHARES.matcher(shares).matches()) {
      throw new UserError(
          "--shares", "'" + shares + "' are no shares", "write 2,1,1 or equal or measured");
    }
    return Arrays.stream(shares.split(",", -1)).map(Integer::valueOf).toList();
  }

  public void check() {
    range("--shards", shards, 1, MOST_SHARDS);
    powerOfTwo("--shards", shards);
    int asked = ranks == null ? 1 : ranks;
    range("--ranks", asked, 1, Integer.MAX_VALUE);
    if (asked > shards) {
      throw new UserError("--ranks", asked + " ranks for " + shards + " shards", "raise --shards");
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
    range("--silence", silenceSeconds, 1, 86_400);
    range("--memory-limit", memoryLimit == null ? 1 : memoryLimit, 1, Long.MAX_VALUE);
    if (transport == Transport.INPROCESS && hosts != null) {
      throw new UserError(
          "--hosts", "ranks in one process have no hosts", "choose --transport mpj or native");
    }
    GgufPath.check(model, "--model " + model);
  }

  public static void range(String option, long value, long least, long most) {
    if (value < least || value > most) {
      String bound = most >= Integer.MAX_VALUE ? "at least " + least : least + " to " + most;
      throw new UserError(option, value + " is out of range", "give " + bound);
    }
  }

  public static void powerOfTwo(String option, int value) {
    if (Integer.bitCount(value) != 1) {
      throw new UserError(
          option, value + " is no power of two", "try " + Integer.highestOneBit(value));
    }
  }
}
