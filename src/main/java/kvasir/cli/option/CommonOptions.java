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
import kvasir.file.ModelFolder;
import kvasir.launch.BindTo;
import kvasir.launch.HostFile;
import kvasir.launch.Transport;
import kvasir.launch.WorldSettings;
import kvasir.tensor.DType;
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
      description = "Model in Hugging Face layout: config.json, safetensors, tokenizer.json.")
  public Path model;

  public Integer ranks;
  public Integer threads;
  public DType kvType = DType.BF16;
  public AttentionKind attention = AttentionKind.STREAMING;

  @Option(
      names = "--hosts",
      paramLabel = "FILE",
      description =
          "Hosts to start ranks on, one per line: host, host:slots or host slots=n; slurm takes"
              + " those of the Slurm job.")
  public Path hosts;

  private HostFile hostFile;

  @Option(
      names = "--kernels",
      paramLabel = "KIND",
      description = "vector or scalar; the same bits (default: vector).")
  EngineOptions.KernelKind kernels = EngineOptions.KernelKind.VECTOR;

  @Option(
      names = "--vector-bits",
      paramLabel = "N",
      description =
          "Width of the vectors, 128, 256 or 512; changes no bit of a result (default: what this"
              + " machine prefers, up to 512). Measure it with bench: on some processors 256 beats"
              + " 512.")
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
      names = "--transport",
      paramLabel = "KIND",
      description =
          "mpj (MPJ Express), native (the system's MPI library under mpirun or srun) or inprocess"
              + " (ranks as threads of one process); the same bits (default: mpj).")
  Transport transport = Transport.MPJ;

  @Option(
      names = "--merge",
      paramLabel = "KIND",
      description =
          "How attention states travel: tree, butterfly, alltoall, gather, or auto, which chooses"
              + " by the measured latency; the same bits (default: auto).")
  MergeTopology merge = MergeTopology.AUTO;

  @Option(
      names = "--shares",
      paramLabel = "LIST",
      description =
          "How much of weights and KV each rank gets: 2,1,1, or equal, or measured, by how fast"
              + " each reads memory; the same bits (default: equal).")
  String shares = "equal";

  @Option(
      names = "--memory-limit",
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      description =
          "Most bytes that a rank may hold, its JVM included, as 512M or 2G (default: none).")
  ByteSize memoryLimit;

  @Option(
      names = "--bind",
      paramLabel = "TO",
      description =
          "core (a rank gets a run of cores, each thread one), numa (a node or several) or none;"
              + " what was achieved is printed (default: none).")
  BindTo bind = BindTo.NONE;

  @Option(
      names = "--timeout",
      paramLabel = "S",
      description = "Seconds a rank waits for another before the run ends (default: 120).")
  int timeoutSeconds = 120;

  @Option(
      names = "--silence",
      paramLabel = "S",
      description =
          "Seconds without a sign of life after which a rank counts as lost (default: 4).")
  int silenceSeconds = (int) WorldSettings.SILENCE.toSeconds();

  @Option(names = "--debug", description = "Show stack traces and debug logs.")
  boolean debug;

  /** The hosts that ranks are started on, where the user names some; read once. */
  public Optional<HostFile> hostFile() {
    if (hosts != null && hostFile == null) {
      hostFile = HostFile.read(hosts);
    }
    return Optional.ofNullable(hostFile);
  }

  /** Ranks as asked for, else one on every slot of the hosts; for who starts them. */
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
   * Returns how the world of this command is started and held together.
   *
   * @param starts whether this process starts the ranks: their hosts are read then
   * @param rebuilds whether the ranks that are left begin again when one is lost
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

  /** Returns the host of each rank, and behind these the slots to spare. */
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

  /** Checks what can be checked without the model, and returns the options of an engine. */
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
        memoryLimit == null ? 0 : memoryLimit.bytes());
  }

  private boolean measuresShares() {
    return shares.equals("measured");
  }

  /** The ranks' shares as given; empty where they are equal or to be measured. */
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
    range("--memory-limit", memoryLimit == null ? 1 : memoryLimit.bytes(), 1, Long.MAX_VALUE);
    if (transport == Transport.INPROCESS && hosts != null) {
      throw new UserError(
          "--hosts", "ranks in one process have no hosts", "choose --transport mpj or native");
    }
    new ModelFolder(model).check("--model " + model);
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
