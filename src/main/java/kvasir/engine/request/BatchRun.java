package kvasir.engine.request;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import kvasir.engine.Engine;
import kvasir.engine.batch.BatchEngine;
import kvasir.engine.batch.Counts;
import kvasir.engine.batch.Request;
import kvasir.engine.batch.Submission;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.model.ModelConfig;
import kvasir.text.OptionalTokenizer;

/**
 * Rank 0's part of a batch: it takes requests from the input as there is room for them, and writes
 * each result as soon as it is complete. Not thread-safe.
 */
public final class BatchRun {
  /** Time without a line after which the other ranks are told that there is nothing to do. */
  private static final Duration QUIET = Duration.ofMillis(20);

  /** Longest time after which they are told so again. */
  private static final Duration LONGEST_IDLE = Duration.ofSeconds(10);

  private final Engine engine;
  private final BatchEngine batch;
  private final BatchOutput output;
  private final RequestFeed feed;
  private final Completion.Tools tools;
  private final String noTokenizer;
  private final int context;
  private final int room;
  private final Duration idleTime;
  private long cutByContext;

  /**
   * Creates the run and starts to read.
   *
   * @param batch computes; its other ranks follow
   * @param source the requests; read by another thread until the end
   * @param tokenizer the model's tokenizer, which stays open during the run
   * @param maxSequences largest number of sequences that run at a time
   */
  public BatchRun(
      Engine engine,
      BatchEngine batch,
      RequestSource source,
      BatchOutput output,
      OptionalTokenizer tokenizer,
      int maxSequences) {
    ModelConfig config = engine.config();
    this.engine = engine;
    this.batch = batch;
    this.output = output;
    this.context = config.maxPositions();
    // As many sequences wait as run, so that there is always one to take a place.
    this.room = 2 * maxSequences;
    Duration half = engine.world().limit().dividedBy(2);
    this.idleTime = half.compareTo(LONGEST_IDLE) < 0 ? half : LONGEST_IDLE;
    this.feed = new RequestFeed(source, maxSequences);
    this.tools = new Completion.Tools(config.eosTokens(), tokenizer.get());
    this.noTokenizer =
        "prompt: the model has no tokenizer that can be used; give tokens"
            + (tokenizer.absence() == null ? "" : " (" + tokenizer.absence().getMessage() + ")");
  }

  /** Computes all requests, and ends the loop of the other ranks. */
  public void run() {
    while (!feed.ended() || batch.live() > 0) {
      takeRequests();
      tell();
      batch.step();
    }
    batch.end();
  }

  /** Returns the number of requests whose tokens the context has limited. */
  public long cutByContext() {
    return cutByContext;
  }

  /** Returns the counts of the run. */
  public Counts counts() {
    return batch.counts();
  }

  private void tell() {
    engine
        .activity()
        .set(
            "batch: %d results, %d sequences"
                .formatted(output.kept() + output.written(), batch.live()));
  }

  private void takeRequests() {
    while (batch.live() < room && !feed.ended()) {
      Optional<Incoming> next = feed.next(batch.live() > 0 ? Duration.ZERO : QUIET);
      if (next.isEmpty() && batch.live() == 0 && !feed.ended()) {
        batch.idle();
        next = feed.next(idleTime);
      }
      if (next.isEmpty()) {
        return;
      }
      switch (next.get()) {
        case RequestRefusal refusal -> output.write(CompletionResult.refused(refusal));
        case CompletionRequest request -> take(request);
      }
    }
  }

  private void take(CompletionRequest request) {
    int[] prompt = tokens(request);
    if (prompt == null) {
      refuse(request, noTokenizer);
    } else if (prompt.length == 0) {
      refuse(request, "prompt: has no tokens");
    } else if (prompt.length > context) {
      refuse(request, "%d tokens, but the context has %d".formatted(prompt.length, context));
    } else {
      begin(request, prompt);
    }
  }

  private int[] tokens(CompletionRequest request) {
    return switch (request.prompt()) {
      case Prompt.Tokens tokens -> tokens.ids();
      case Prompt.Text text -> tools.tokenizer().map(t -> t.encode(text.text())).orElse(null);
    };
  }

  private void begin(CompletionRequest request, int[] prompt) {
    long fitting = context - prompt.length + 1L;
    if (request.maxTokens() > fitting) {
      cutByContext++;
    }
    int limit = (int) Math.min(request.maxTokens(), fitting);
    Completion completion = new Completion(request, prompt, tools, output::write);
    if (limit == 0) {
      completion.endEmpty();
      return;
    }
    ChoiceOptions options =
        new ChoiceOptions(request.sampling(), 0, request.choices(), request.logprobs());
    Submission answer = batch.submit(new Request(prompt, limit, options), completion.choices());
    if (answer instanceof Submission.Refused refused) {
      refuse(request, refused.reason() + "; raise --kv-memory");
    }
  }

  private void refuse(CompletionRequest request, String error) {
    output.write(CompletionResult.failed(request, error, List.of()));
  }
}
