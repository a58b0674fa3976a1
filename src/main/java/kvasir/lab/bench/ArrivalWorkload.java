package kvasir.lab.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kvasir.engine.Engine;
import kvasir.engine.Fingerprint;
import kvasir.measure.Percentiles;

/**
 * Work of a test in which a prompt arrives while other sequences generate. A run has three parts:
 *
 * <pre>
 *   alone         the prompt, to its first token
 *   undisturbed   the streams generate {@value #UNDISTURBED} tokens each
 *   beside        the prompt arrives, and the streams generate until its first token
 * </pre>
 *
 * <p>A stream that reaches the end of the context is replaced by a new one. The rate is that of the
 * prompt's tokens beside the streams.
 */
final class ArrivalWorkload implements Workload {
  private static final int UNDISTURBED = 64;
  private static final long PROMPT_SEED = -1;

  private final ArrivalTest test;
  private final ServedRequests served;
  private final int streamTokens;
  private final List<TimedRequest> streams = new ArrayList<>();
  private final List<Double> alone = new ArrayList<>();
  private final List<Double> beside = new ArrayList<>();
  private final List<Double> undisturbed = new ArrayList<>();
  private final List<Double> disturbed = new ArrayList<>();
  private Fingerprint fingerprint;

  ArrivalWorkload(Engine engine, ArrivalTest test, long stepNanos) {
    int context = engine.config().maxPositions();
    this.test = test;
    this.served = new ServedRequests(engine, test.streams() + 1, context, stepNanos);
    this.streamTokens = context - test.depth();
  }

  @Override
  public String test() {
    return test.name();
  }

  @Override
  public String fill() {
    return "prefill";
  }

  @Override
  public void prepare() {
    // The streams compute their own tokens in each run.
  }

  @Override
  public Run run() {
    return served.run(this::aloneAndBeside);
  }

  private double aloneAndBeside() {
    alone.add(readPrompt().firstTokenMillis());
    streams.clear();
    do {
      step();
      // Streams that have replaced these may still be reading their prompts.
    } while (streams.subList(0, test.streams()).stream().anyMatch(s -> s.tokens() == 0));
    long begin = System.nanoTime();
    for (int i = 0; i < UNDISTURBED; i++) {
      step();
    }
    addGaps(undisturbed, begin);
    TimedRequest prompt = readPrompt();
    addGaps(disturbed, prompt.arrival());
    beside.add(prompt.firstTokenMillis());
    return 1e3 * test.prompt() / prompt.firstTokenMillis();
  }

  /** Reads the prompt to its first token, beside the streams that there are. */
  private TimedRequest readPrompt() {
    boolean generating = !streams.isEmpty();
    TimedRequest prompt = served.submit(PROMPT_SEED, test.prompt(), 1, fingerprint);
    while (!prompt.ended()) {
      if (generating) {
        step();
      } else {
        served.step();
      }
    }
    return prompt;
  }

  /** Computes one step with all streams running. */
  private void step() {
    long running = streams.stream().filter(stream -> !stream.ended()).count();
    for (long missing = test.streams() - running; missing > 0; missing--) {
      streams.add(served.submit(streams.size(), test.depth(), streamTokens, null));
    }
    served.step();
  }

  /** Adds the times between tokens of the streams that ended after a time. */
  private void addGaps(List<Double> gaps, long after) {
    for (TimedRequest stream : streams) {
      for (int token = 1; token < stream.tokens(); token++) {
        if (stream.time(token) > after) {
          gaps.add(stream.gapMillis(token));
        }
      }
    }
  }

  /** Returns the fingerprint of the prompt's logits, alone and beside the streams. */
  @Override
  public String fingerprint() {
    return Workload.fingerprint(this, to -> fingerprint = to);
  }

  @Override
  public void resetLatencies() {
    alone.clear();
    beside.clear();
    undisturbed.clear();
    disturbed.clear();
  }

  @Override
  public Map<String, Percentiles> latencies() {
    return Latencies.of(
        Map.of(
            LatencyNames.PROMPT_ALONE, alone,
            LatencyNames.PROMPT_BESIDE, beside,
            LatencyNames.BETWEEN_TOKENS, undisturbed,
            LatencyNames.BETWEEN_TOKENS_BESIDE, disturbed));
  }
}
