package kvasir.engine.batch;

import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.Penalties;
import kvasir.engine.sampling.SamplingOptions;

/**
 * Options of choosing tokens as numbers of a {@link PlanMessage}.
 *
 * <pre>
 *   choose     temperature, top-k, top-p, min-p, seed, penalties, biases, choice, choices, logits, log-probabilities,
 *              prompt tokens, stored, prompt ids, output ids
 *   biases     count, then id and bias of each, by ascending ids
 *   log-probabilities   0 for none, else one more than the number of likeliest tokens
 * </pre>
 */
final class ChoiceNumbers {
  private static final int LEAST_BIAS_BYTES = 3;

  private ChoiceNumbers() {}

  /** Writes everything but the number of the sequence. */
  static void write(Operation.Choose choose, NumberWriter out) {
    writeOptions(choose.options(), out);
    out.put(choose.promptTokens());
    out.put(choose.stored());
    out.put(choose.promptIds());
    out.put(choose.outputIds());
  }

  static void writeOptions(ChoiceOptions options, NumberWriter out) {
    SamplingOptions sampling = options.sampling();
    out.putDouble(sampling.temperature());
    out.put(sampling.topK());
    out.putDouble(sampling.topP());
    out.putDouble(sampling.minP());
    out.putBits(sampling.seed());
    out.putDouble(sampling.penalties().repetition());
    out.putDouble(sampling.penalties().frequency());
    out.putDouble(sampling.penalties().presence());
    out.put(sampling.logitBias().size());
    for (Map.Entry<Integer, Double> bias : sampling.logitBias().entrySet()) {
      out.put(bias.getKey());
      out.putDouble(bias.getValue());
    }
    OptionalInt logprobs = options.logprobs();
    out.put(options.choice());
    out.put(options.choices());
    out.put(options.logits() ? 1 : 0);
    out.put(logprobs.isPresent() ? logprobs.getAsInt() + 1L : 0);
  }

  /**
   * Reads what {@link #write} has written.
   *
   * @throws IllegalArgumentException if it was not written by it
   */
  static Operation.Choose read(long sequence, NumberReader in) {
    return new Operation.Choose(
        sequence, readOptions(in), in.nextInt(), in.nextInt(), in.nextInts(), in.nextInts());
  }

  static ChoiceOptions readOptions(NumberReader in) {
    double temperature = in.nextDouble();
    int topK = in.nextInt();
    double topP = in.nextDouble();
    double minP = in.nextDouble();
    long seed = in.nextBits();
    Penalties penalties = new Penalties(in.nextDouble(), in.nextDouble(), in.nextDouble());
    SamplingOptions sampling =
        new SamplingOptions(temperature, topK, topP, minP, seed, penalties, biases(in));
    int choice = in.nextInt();
    int choices = in.nextInt();
    int logits = in.nextInt();
    NumberReader.check(logits <= 1, "logits " + logits);
    int logprobs = in.nextInt() - 1;
    return new ChoiceOptions(
        sampling,
        choice,
        choices,
        logprobs < 0 ? OptionalInt.empty() : OptionalInt.of(logprobs),
        logits == 1);
  }

  private static SortedMap<Integer, Double> biases(NumberReader in) {
    int count = in.nextInt();
    NumberReader.check(count <= in.remaining() / LEAST_BIAS_BYTES, count + " biases");
    SortedMap<Integer, Double> biases = new TreeMap<>();
    int last = -1;
    for (int i = 0; i < count; i++) {
      int id = in.nextInt();
      NumberReader.check(id > last, "bias of token " + id + " behind " + last);
      biases.put(id, in.nextDouble());
      last = id;
    }
    return biases;
  }
}
