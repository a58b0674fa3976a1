package kvasir.cli.job;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import kvasir.cache.KvTypes;
import kvasir.cluster.FromRoot;
import kvasir.engine.Engine;
import kvasir.engine.EngineOptions;
import kvasir.engine.batch.BatchEngine;
import kvasir.engine.batch.BatchOptions;
import kvasir.engine.batch.Counts;
import kvasir.engine.request.BatchFiles;
import kvasir.engine.request.BatchOutput;
import kvasir.engine.request.BatchRun;
import kvasir.engine.request.Provenance;
import kvasir.engine.request.RequestReader;
import kvasir.engine.request.RequestSource;
import kvasir.error.ExitCodes;
import kvasir.measure.MachineFacts;
import kvasir.model.ModelConfig;
import kvasir.text.OptionalTokenizer;

/**
 * The continuation of many prompts.
 *
 * @param input path of the requests, or {@code -} for standard input
 * @param output path of the results, or {@code -}
 * @param maxSequences largest number of sequences that are computed together
 * @param kvBytes bytes of each rank's keys and values; 0 for the default
 * @param stepNanos time of a step that prompts may fill, in nanoseconds
 * @param sharing whether sequences share the blocks of a common beginning
 * @param snapshot path of the folder of KV blocks; null for none
 * @param compareRanks whether the ranks' block tables are compared after each step
 */
public record BatchJob(
    EngineOptions engine,
    String input,
    String output,
    int maxSequences,
    long kvBytes,
    long stepNanos,
    boolean sharing,
    String snapshot,
    boolean compareRanks)
    implements Job {
  private static final String STREAM = "-";

  @Override
  public boolean readsInput() {
    return input.equals(STREAM);
  }

  @Override
  public int run(JobContext context) {
    ModelConfig config = context.model().config();
    BatchOptions options = options(context);
    if (!context.root()) {
      // Rank 0's error, if there is one, ends all ranks before a model is loaded.
      FromRoot.share(context.world(), () -> new long[0]);
      try (Engine opened = open(context, options);
          StoredBlocks blocks = StoredBlocks.open(snapshot, context, opened)) {
        new BatchEngine(opened, options, blocks.store()).follow();
      }
      return ExitCodes.DONE;
    }
    try (Files files = new Files()) {
      FromRoot.share(context.world(), () -> files.open(context, config));
      try (OptionalTokenizer tokenizer = OptionalTokenizer.open(engine.directory());
          Engine opened = open(context, options);
          StoredBlocks blocks = StoredBlocks.open(snapshot, context, opened)) {
        BatchEngine batch = new BatchEngine(opened, options, blocks.store());
        compute(context, batch, opened, files, tokenizer);
      }
      return files.results.exitCode();
    }
  }

  /** Input and output of rank 0. */
  private final class Files implements AutoCloseable {
    private BatchOutput results;
    private RequestSource requests;

    /** Opens both, and refuses what an earlier run with other options has written. */
    long[] open(JobContext context, ModelConfig config) {
      BatchFiles paths = new BatchFiles(Path.of(input), Path.of(output));
      Provenance run = provenance(context, config);
      results =
          output.equals(STREAM)
              ? BatchOutput.toStream(bytes -> context.output().write(bytes), run)
              : BatchOutput.toFile(Path.of(output), run);
      RequestReader reader = new RequestReader(config.vocabulary());
      paths.requireUnchanged(reader, results);
      results.begin();
      requests =
          input.equals(STREAM)
              ? new RequestSource("--input -", context.input(), reader, results)
              : paths.requests(reader, results);
      return new long[0];
    }

    @Override
    public void close() {
      if (requests != null) {
        requests.close();
      }
      if (results != null) {
        results.close();
      }
    }
  }

  private Provenance provenance(JobContext context, ModelConfig config) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("--kv-type", KvTypes.name(engine.kvType()));
    options.put("--attention", name(engine.attention()));
    options.put(
        "--block-size",
        String.valueOf(Engine.cacheShape(context.settings(), config).blockTokens()));
    options.put("--shards", String.valueOf(engine.shards()));
    return Provenance.of(ProgramVersion.TEXT, context.model().hash(), options);
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
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
    return new BatchOptions(
        maxSequences, kvBytes > 0 ? kvBytes : quarter, stepNanos, sharing, compareRanks ? 1 : 0);
  }

  private void compute(
      JobContext context,
      BatchEngine batch,
      Engine opened,
      Files files,
      OptionalTokenizer tokenizer) {
    long begin = System.nanoTime();
    BatchRun run =
        new BatchRun(opened, batch, files.requests, files.results, tokenizer, maxSequences);
    run.run();
    report(context, files, run, (System.nanoTime() - begin) / 1e9);
  }

  private void report(JobContext context, Files files, BatchRun run, double seconds) {
    Counts counts = run.counts();
    if (run.cutByContext() > 0) {
      context
          .output()
          .note(
              "kvasir: the model's context limited the new tokens of %d requests",
              run.cutByContext());
    }
    context
        .output()
        .note(
            "%d results, %d of them errors; %d were there before\n"
                + "prompt tokens: %d computed, %d found in the cache; %d rows computed again after"
                + " %d preemptions\n"
                + "%d new tokens in %.1f s, %.1f tokens/s",
            files.results.written(),
            files.results.failed(),
            files.results.kept(),
            counts.promptRows(),
            counts.hitTokens(),
            counts.recomputedRows(),
            counts.preemptions(),
            counts.outputTokens(),
            seconds,
            counts.outputTokens() / seconds);
  }
}
