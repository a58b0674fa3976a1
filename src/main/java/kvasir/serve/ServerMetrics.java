package kvasir.serve;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import kvasir.engine.batch.Counts;
import kvasir.engine.batch.RankState;
import kvasir.engine.serving.EngineState;

/**
 * Counts and times of a server in Prometheus' text format. Labels are names of this program alone,
 * so that requests cannot make the text grow. Thread-safe.
 */
final class ServerMetrics {
  /** Media type of {@link #text}. */
  static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final OpenConnections connections;
  private final Map<String, LongAdder> answers = new ConcurrentSkipListMap<>();
  private final LongAdder promptTokens = new LongAdder();
  private final LongAdder outputTokens = new LongAdder();
  private final LongAdder left = new LongAdder();
  private final AtomicInteger active = new AtomicInteger();
  private final Histogram queueTime = new Histogram();
  private final Histogram firstToken = new Histogram();
  private final Histogram nextToken = new Histogram();
  private final Histogram answerTime = new Histogram();

  /**
   * Creates metrics of a server that has answered nothing.
   *
   * @param connections the server's connections
   */
  ServerMetrics(OpenConnections connections) {
    this.connections = connections;
  }

  /** Returns the number of requests that are being answered. */
  int active() {
    return active.get();
  }

  /** Counts a request that begins. */
  void began() {
    active.incrementAndGet();
  }

  /**
   * Counts a request that has ended.
   *
   * @param route name of the route
   * @param status status of the answer; 499 if the client left before there was one
   */
  void ended(String route, int status, long nanos) {
    active.decrementAndGet();
    answers
        .computeIfAbsent(
            MetricsText.labels("route", route, "status", String.valueOf(status)),
            labels -> new LongAdder())
        .increment();
    answerTime.add(nanos);
  }

  /** Counts a client that left before the end of its answer. */
  void clientLeft() {
    left.increment();
  }

  /** Counts the tokens of an answer that is complete. */
  void answered(int prompt, int output) {
    promptTokens.add(prompt);
    outputTokens.add(output);
  }

  /** Counts the time that a prompt has waited for its first step. */
  void waited(long nanos) {
    queueTime.add(nanos);
  }

  /** Counts the time from a request to the first token of a choice. */
  void firstToken(long nanos) {
    firstToken.add(nanos);
  }

  /** Counts the time between two tokens of a choice. */
  void nextToken(long nanos) {
    nextToken.add(nanos);
  }

  /** Returns all metrics as text. */
  String text(EngineState engine) {
    MetricsText text = new MetricsText();
    text.head("kvasir_requests_total", "counter", "Requests that were answered.");
    answers.forEach((labels, count) -> text.line("kvasir_requests_total", labels, count.sum()));
    text.gauge("kvasir_requests_active", "Requests that are being answered.", active.get());
    text.counter(
        "kvasir_clients_left_total", "Clients that left before their answer's end.", left.sum());
    text.counter(
        "kvasir_prompt_tokens_total",
        "Tokens of the prompts of complete answers.",
        promptTokens.sum());
    text.counter("kvasir_output_tokens_total", "Tokens of complete answers.", outputTokens.sum());
    connections(text);
    engine(text, engine);
    queueTime.write(text, "kvasir_queue_seconds", "Time before a prompt's first step.");
    firstToken.write(
        text, "kvasir_time_to_first_token_seconds", "Time from a request to its first token.");
    nextToken.write(text, "kvasir_time_between_tokens_seconds", "Time between two tokens.");
    answerTime.write(text, "kvasir_request_seconds", "Time from a request to its answer's end.");
    return text.toString();
  }

  private void connections(MetricsText text) {
    text.gauge("kvasir_connections", "Connections that are open.", connections.count());
    text.counter(
        "kvasir_connections_displaced_total",
        "Connections without a request that were closed to make room for others.",
        connections.displaced());
    text.counter(
        "kvasir_connections_refused_total",
        "Connections for which there was no room.",
        connections.refused());
  }

  private static void engine(MetricsText text, EngineState engine) {
    Counts counts = engine.counts();
    text.gauge("kvasir_ready", "1 while requests can be computed.", engine.ready() ? 1 : 0);
    text.gauge("kvasir_sequences_running", "Sequences that hold KV blocks.", counts.running());
    text.gauge(
        "kvasir_sequences_waiting",
        "Sequences that wait to begin or to be resumed.",
        counts.waiting());
    text.counter(
        "kvasir_computed_prompt_tokens_total",
        "Tokens of prompts that were computed.",
        counts.promptRows());
    text.counter(
        "kvasir_cached_prompt_tokens_total",
        "Tokens of prompts that were found in the cache.",
        counts.hitTokens());
    text.counter("kvasir_chosen_tokens_total", "Tokens that were chosen.", counts.outputTokens());
    text.counter(
        "kvasir_recomputed_tokens_total",
        "Tokens that were computed again after preemptions.",
        counts.recomputedRows());
    text.counter(
        "kvasir_preemptions_total",
        "Times that a sequence lost its blocks before its end.",
        counts.preemptions());
    text.counter(
        "kvasir_world_rebuilds_total",
        "Worlds of ranks that have taken the place of a lost one.",
        engine.rebuilds());
    ranks(text, engine.ranks());
  }

  private static void ranks(MetricsText text, List<RankState> ranks) {
    text.ofRanks("kvasir_kv_blocks", "gauge", "KV blocks of a rank.", ranks, RankState::blocks);
    text.ofRanks(
        "kvasir_kv_blocks_held", "gauge", "KV blocks of sequences.", ranks, RankState::held);
    text.ofRanks(
        "kvasir_kv_blocks_cached",
        "gauge",
        "KV blocks that are kept for prompts with the same beginning.",
        ranks,
        RankState::cached);
    text.ofRanks(
        "kvasir_exchange_seconds_total",
        "counter",
        "Time of a rank in exchanges: transfer, and waiting for slower ranks.",
        ranks,
        rank -> String.format(Locale.ROOT, "%.6f", rank.exchangeNanos() / 1e9));
  }

  /** Distribution of times. */
  private static final class Histogram {
    private static final double[] BOUNDS = {
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300
    };

    private final LongAdder[] counts = new LongAdder[BOUNDS.length + 1];
    private final LongAdder nanos = new LongAdder();

    Histogram() {
      for (int i = 0; i < counts.length; i++) {
        counts[i] = new LongAdder();
      }
    }

    void add(long time) {
      int bucket = 0;
      while (bucket < BOUNDS.length && time > BOUNDS[bucket] * 1e9) {
        bucket++;
      }
      counts[bucket].increment();
      nanos.add(time);
    }

    void write(MetricsText text, String name, String help) {
      text.head(name, "histogram", help);
      long sum = 0;
      for (int i = 0; i < BOUNDS.length; i++) {
        sum += counts[i].sum();
        text.line(name + "_bucket", MetricsText.labels("le", String.valueOf(BOUNDS[i])), sum);
      }
      sum += counts[BOUNDS.length].sum();
      text.line(name + "_bucket", MetricsText.labels("le", "+Inf"), sum);
      text.line(name + "_sum", "", String.format(Locale.ROOT, "%.6f", nanos.sum() / 1e9));
      text.line(name + "_count", "", sum);
    }
  }
}
