package kvasir.cli.job;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import kvasir.cluster.FromRoot;
import kvasir.engine.Engine;
import kvasir.engine.EngineOptions;
import kvasir.engine.batch.BatchEngine;
import kvasir.engine.batch.BatchOptions;
import kvasir.engine.serving.EngineLoop;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.file.Json;
import kvasir.file.Sha256;
import kvasir.file.TextFile;
import kvasir.measure.MachineFacts;
import kvasir.model.ModelConfig;
import kvasir.process.TermSignal;
import kvasir.serve.AccessRules;
import kvasir.serve.ApiServer;
import kvasir.serve.ChatPrompts;
import kvasir.serve.EngineSlot;
import kvasir.serve.SamplingDefaults;
import kvasir.serve.ServedModel;
import kvasir.serve.ServerLimits;
import kvasir.text.Tokenizer;

/**
 * A server of the OpenAI API, which rank 0 runs.
 *
 * @param place address, port and rules of access
 * @param modelName name of the model for clients
 * @param maxSequences largest number of sequences that are computed together
 * @param queue largest number of sequences that wait
 * @param kvBytes bytes of each rank's keys and values; 0 for the default
 * @param stepNanos time of a step that prompts may fill, in nanoseconds
 * @param sharing whether sequences share the blocks of a common beginning
 * @param logRequests whether each request is logged
 */
public record ServeJob(
    EngineOptions engine,
    Place place,
    String modelName,
    int maxSequences,
    int queue,
    long kvBytes,
    long stepNanos,
    boolean sharing,
    boolean logRequests)
    implements Job {
  /** Time that running requests have to end after a signal. */
  private static final Duration DRAIN = Duration.ofSeconds(30);

  private static final int MAX_KEY_BYTES = 4096;

  /**
   * Place of a server.
   *
   * @param host address to listen at
   * @param port port; 0 for a free one
   * @param keyFile path of the file with the key; null for none
   * @param origins origins of pages that may use a server without a key
   */
  public record Place(String host, int port, String keyFile, List<String> origins) {
    private Optional<String> key() {
      if (keyFile == null) {
        return Optional.empty();
      }
      Path file = Path.of(keyFile);
      String where = "--api-key-file " + file;
      String key = TextFile.read(file, where, MAX_KEY_BYTES, "give a file of one line").strip();
      if (key.isEmpty() || key.chars().anyMatch(c -> c <= ' ' || c > '~')) {
        throw new UserError(
            where, "is empty, or has other characters than a key", "write one word into it");
      }
      return Optional.of(key);
    }
  }

  @Override
  public int run(JobContext context) {
    BatchOptions options = options(context);
    if (!context.root()) {
      // Rank 0's error, if there is one, ends all ranks before a model is loaded.
      FromRoot.share(context.world(), () -> new long[0]);
      try (Engine opened = open(context, options)) {
        new BatchEngine(opened, options).follow();
      }
      return ExitCodes.DONE;
    }
    EngineSlot slot = new EngineSlot();
    try (Front front = new Front()) {
      FromRoot.share(context.world(), () -> front.open(context, slot));
      try (Engine opened = open(context, options)) {
        EngineLoop loop = new EngineLoop(new BatchEngine(opened, options), context.world().limit());
        serve(context, front, slot, loop, options);
      }
    }
    return ExitCodes.DONE;
  }

  /** Tokenizer and HTTP server of rank 0. */
  private final class Front implements AutoCloseable {
    private Tokenizer tokenizer;
    private Optional<ChatPrompts> chat = Optional.empty();
    private ApiServer server;

    long[] open(JobContext context, EngineSlot slot) {
      Optional<String> key = place.key();
      tokenizer = Tokenizer.open(engine.directory());
      chat = ChatPrompts.open(engine.directory(), tokenizer);
      server =
          new ApiServer(
              new ApiServer.Settings(
                  place.host(),
                  place.port(),
                  ProgramVersion.TEXT,
                  line -> log(context, line),
                  fault -> context.output().note("kvasir: internal error: " + fault)),
              ServerLimits.of(maxSequences + queue),
              AccessRules.of(key, new HashSet<>(place.origins())),
              model(context),
              slot);
      return new long[0];
    }

    private ServedModel model(JobContext context) {
      ModelConfig config = context.model().config();
      return new ServedModel(
          modelName,
          Instant.now().getEpochSecond(),
          fingerprint(context, config),
          config.maxPositions(),
          config.vocabulary(),
          Set.copyOf(config.eosTokens()),
          tokenizer,
          chat,
          SamplingDefaults.of(engine.directory()));
    }

    @Override
    public void close() {
      if (server != null) {
        server.close();
      }
      chat.ifPresent(ChatPrompts::close);
      if (tokenizer != null) {
        tokenizer.close();
      }
    }
  }

  private void log(JobContext context, String line) {
    if (logRequests) {
      context.output().note(Instant.now() + " " + line);
    }
  }

  private String fingerprint(JobContext context, ModelConfig config) {
    MessageDigest digest = Sha256.digest();
    int blockTokens = Engine.cacheShape(context.settings(), config).blockTokens();
    List<Object> decisive =
        List.of(
            ProgramVersion.TEXT,
            context.model().hash(),
            engine.kvType(),
            engine.attention(),
            blockTokens,
            engine.shards());
    digest.update(Json.bytes(decisive));
    return "fp_" + HexFormat.of().formatHex(digest.digest(), 0, 8);
  }

  private void serve(
      JobContext context, Front front, EngineSlot slot, EngineLoop loop, BatchOptions options) {
    slot.set(loop);
    context
        .output()
        .note(
            "kvasir: %s at http://%s:%d/v1, %s; %,d MiB of each rank for keys and values",
            modelName,
            place.host().contains(":") ? "[" + place.host() + "]" : place.host(),
            front.server.port(),
            place.keyFile() == null ? "without a key" : "with a key",
            options.kvBytes() >> 20);
    context.activity().set("serving");
    // Ranks that were started end with their launcher, at once.
    boolean alone = List.of("none", "inprocess").contains(context.transport());
    if (!alone) {
      loop.run();
      return;
    }
    TermSignal drain = new TermSignal(() -> drain(context, loop));
    try {
      loop.run();
    } finally {
      drain.close();
    }
  }

  /** Lets running requests end, as far as they do so in time. */
  private static void drain(JobContext context, EngineLoop loop) {
    context.output().note("kvasir: stopping when running requests have ended");
    loop.close();
    LockSupport.parkNanos(DRAIN.toNanos());
    loop.abort();
  }

  private Engine open(JobContext context, BatchOptions options) {
    return Engine.batching(
        context.model(),
        context.settings(),
        context.world(),
        context.activity(),
        maxSequences,
        options.kvBytes());
  }

  private BatchOptions options(JobContext context) {
    // The default of --kv-memory.
    long quarter = (MachineFacts.here().memoryMiB() << 20) / 4 / context.ranksHere();
    return new BatchOptions(maxSequences, kvBytes > 0 ? kvBytes : quarter, stepNanos, sharing, 0);
  }
}
