package kvasir.cli.job;

import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import kvasir.cli.option.ApiKeyFile;
import kvasir.cluster.FromRoot;
import kvasir.engine.Engine;
import kvasir.engine.EngineOptions;
import kvasir.engine.batch.BatchEngine;
import kvasir.engine.batch.BatchOptions;
import kvasir.engine.constraint.GrammarConstraints;
import kvasir.engine.remote.EngineHost;
import kvasir.engine.serving.EngineLoop;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.measure.MachineFacts;
import kvasir.process.StopSignals;
import kvasir.serve.EngineSlot;
import kvasir.text.Tokenizer;

/**
 * A server of the OpenAI API. Where Kvasir's launcher starts the ranks, its process serves, and
 * outlives their loss; otherwise rank 0 does.
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
  static final Duration DRAIN = Duration.ofSeconds(30);

  private static final String ACTIVITY = "serving";

  /**
   * Place of a server.
   *
   * @param host address to listen at
   * @param port port; 0 for a free one
   * @param keyFile path of the file with the key; null for none
   * @param origins origins of pages that may use a server without a key
   */
  public record Place(String host, int port, String keyFile, List<String> origins) {
    /**
     * Returns the key.
     *
     * @throws UserError if its file cannot be used
     */
    Optional<String> key() {
      return ApiKeyFile.read(keyFile == null ? null : Path.of(keyFile));
    }
  }

  @Override
  public boolean hasLead() {
    return true;
  }

  @Override
  public int lead(LeadContext context) {
    return new ServeLead(this, context).run();
  }

  @Override
  public int run(JobContext context) {
    BatchOptions options = options(context);
    if (context.launcher().isPresent()) {
      StopSignals.ignore();
      try (Engine opened = open(context, options)) {
        BatchEngine batch = new BatchEngine(opened, options);
        context.activity().set(ACTIVITY);
        if (context.root()) {
          host(context, batch, options);
        } else {
          batch.follow();
        }
      }
    } else if (context.root()) {
      serve(context, options);
    } else {
      // Rank 0's error, if there is one, ends all ranks before a model is loaded.
      FromRoot.share(context.world(), () -> new long[0]);
      try (Engine opened = open(context, options)) {
        new BatchEngine(opened, options).follow();
      }
    }
    return ExitCodes.DONE;
  }

  private void host(JobContext context, BatchEngine batch, BatchOptions options) {
    EngineLoop loop = new EngineLoop(batch, context.world().limit());
    Socket launcher = context.launcher().orElseThrow().get();
    try (Tokenizer tokenizer = Tokenizer.open(engine.directory());
        EngineHost host = new EngineHost(loop, launcher, options.kvBytes())) {
      loop.constrainBy(constraints(context, tokenizer));
      host.run();
    }
  }

  private static GrammarConstraints constraints(JobContext context, Tokenizer tokenizer) {
    return new GrammarConstraints(tokenizer, context.model().config().vocabulary());
  }

  private void serve(JobContext context, BatchOptions options) {
    EngineSlot slot = new EngineSlot();
    try (ServeFront front = new ServeFront(this, context.model(), context.output())) {
      FromRoot.share(
          context.world(),
          () -> {
            front.open(context.settings(), slot);
            return new long[0];
          });
      try (Engine opened = open(context, options)) {
        EngineLoop loop = new EngineLoop(new BatchEngine(opened, options), context.world().limit());
        loop.constrainBy(constraints(context, front.tokenizer()));
        slot.set(loop);
        front.announce(options.kvBytes());
        context.activity().set(ACTIVITY);
        StopSignals drain = new StopSignals(() -> drain(context, loop));
        try {
          loop.run();
        } finally {
          drain.close();
        }
      }
    }
  }

  /** Lets running requests end, as far as they do so in time. */
  private static void drain(JobContext context, EngineLoop loop) {
    ServeFront.noteDrain(context.output());
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
