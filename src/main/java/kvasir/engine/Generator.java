package kvasir.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.ToIntFunction;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.cluster.Traffic;
import kvasir.model.SequenceDecoder;

/**
 * The prefill and decode loop of one sequence. All ranks of a world call each method with the same
 * arguments; only rank 0 has whole logits, samples tokens and decides when a generation ends. A
 * generator is used by one thread at a time; the engine stays the caller's.
 */
public final class Generator {
  /** Receives each new token on rank 0. */
  @FunctionalInterface
  public interface TokenListener {
    /** Takes the next token; returns true to end the generation (a stop string was found). */
    boolean accept(int token);
  }

  /** Receives, on every rank, the tokens that a forward pass has put into the cache. */
  @FunctionalInterface
  public interface StepListener {
    /** Takes the {@code count} ids from {@code ids[from]} on; the array stays the caller's. */
    void appended(int[] ids, int from, int count);
  }

  private static final int ROOT = 0;

  private final Engine engine;
  private final StepListener steps;
  private final SequenceDecoder decoder;
  private final Communicator world;
  private final int prefillChunk;
  private final float[] logits;
  private final long[] message = new long[2];

  public Generator(Engine engine) {
    this(engine, (ids, from, count) -> {});
  }

  public Generator(Engine engine, StepListener steps) {
    this.engine = engine;
    this.steps = steps;
    this.decoder = engine.decoder();
    this.world = engine.world();
    this.prefillChunk = engine.settings().prefillChunk();
    this.logits = new float[engine.config().vocabulary()];
  }

  /** Shortens the sequence to its first {@code length} tokens. */
  public void rewind(int length) {
    decoder.rewind(length);
  }

  /**
   * Appends the prompt to the sequence, then generates tokens until one ends the sequence, the
   * listener ends the generation, or there are {@code maxNewTokens}.
   *
   * @param prompt ids; not empty
   * @param maxNewTokens the largest number of tokens to generate; prompt and new tokens together
   *     fit the context
   * @param sampler chooses a token from logits {@code [vocabulary]}; called on rank 0 only
   * @param ends ids that end the sequence
   * @param listener receives each new token; called on rank 0 only
   * @param progress receives the number of prompt tokens that are done
   */
  public Generation generate(
      int[] prompt,
      int maxNewTokens,
      ToIntFunction<float[]> sampler,
      List<Integer> ends,
      TokenListener listener,
      IntConsumer progress) {
    Traffic before = engine.traffic();
    Traffic between = before;
    long begin = System.nanoTime();
    prefill(prompt, progress);
    Set<Integer> endIds = new HashSet<>(ends);
    List<Integer> tokens = new ArrayList<>();
    Generation.FinishReason reason = Generation.FinishReason.LENGTH;
    long prefilled = 0;
    for (int i = 0; i < maxNewTokens; i++) {
      engine.activity().set("decoding token", i + 1L, maxNewTokens);
      boolean end = choose(sampler, endIds, listener);
      if (i == 0) {
        prefilled = System.nanoTime();
        between = engine.traffic();
      }
      tokens.add((int) message[0]);
      if (end) {
        reason = Generation.FinishReason.STOP;
        break;
      }
      if (i + 1 < maxNewTokens) {
        forward(new int[] {(int) message[0]}, 0, 1);
      }
    }
    long finished = System.nanoTime();
    long first = prefilled == 0 ? finished : prefilled;
    return new Generation(
        prompt.length,
        tokens,
        reason,
        (first - begin) / 1e9,
        (finished - first) / 1e9,
        between.since(before),
        engine.traffic().since(between));
  }

  /**
   * Appends tokens to the sequence in chunks. The size of the chunks does not change any bit.
   *
   * @param progress receives the number of prompt tokens that are done
   */
  public void prefill(int[] prompt, IntConsumer progress) {
    for (int from = 0; from < prompt.length; from += prefillChunk) {
      int count = Math.min(prefillChunk, prompt.length - from);
      engine.activity().set("reading the prompt, token", from, prompt.length);
      forward(prompt, from, count);
      progress.accept(from + count);
    }
  }

  /**
   * Computes the logits after the last token and discards them. Numbers that make them meaningless
   * end the run here, before any result is shown.
   */
  public void requireSound() {
    decoder.logits(decoder.batchTokens() - 1, 1, logits);
  }

  private void forward(int[] ids, int from, int count) {
    decoder.forward(ids, from, count);
    steps.appended(ids, from, count);
  }

  /**
   * Puts the next token into {@code message[0]} on every rank; returns true if it is the last one.
   */
  private boolean choose(
      ToIntFunction<float[]> sampler, Set<Integer> ends, TokenListener listener) {
    decoder.logits(decoder.batchTokens() - 1, 1, logits);
    if (world.rank() == ROOT) {
      int token = sampler.applyAsInt(logits);
      boolean end = ends.contains(token);
      message[0] = token;
      // The listener receives an end token too, since it may have text to show before the end.
      message[1] = listener.accept(token) || end ? 1 : 0;
    }
    Collectives.broadcast(world, message, ROOT);
    return message[1] == 1;
  }
}
