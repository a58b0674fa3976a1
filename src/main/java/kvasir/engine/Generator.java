package kvasir.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.cluster.Traffic;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.sampling.TokenChooser;
import kvasir.model.SequenceDecoder;

/**
 * The prefill and decode loop of one sequence, on an engine that refuses meaningless numbers. All
 * ranks of a world call each method with equal arguments; each rank has its slice of the logits,
 * and only rank 0 chooses tokens and decides when a generation ends. A generator is used by one
 * thread at a time; the engine stays the caller's.
 */
public final class Generator {
  /** Receives each new token on rank 0. */
  @FunctionalInterface
  public interface TokenListener {
    /** Takes the next token; returns true to end the generation (a stop string was found). */
    boolean accept(ChosenToken token);
  }

  /** Receives, on every rank, the tokens that a forward pass has put into the cache. */
  @FunctionalInterface
  public interface StepListener {
    /** Takes the {@code count} ids from {@code ids[from]} on; the array stays the caller's. */
    void appended(int[] ids, int from, int count);
  }

  private static final int ROOT = 0;

  /** Second number of a message on a token that is not the last one. */
  private static final long CONTINUES = 0;

  /** Second number of a message on the last token. */
  private static final long ENDS = 1;

  /** Second number of a message that asks all ranks for the whole logits. */
  private static final long UNDECIDED = 2;

  private final Engine engine;
  private final StepListener steps;
  private final SequenceDecoder decoder;
  private final Communicator world;
  private final int prefillChunk;
  private final TokenChooser chooser;
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
    this.chooser =
        new TokenChooser(
            world, engine.settings().kernels(), new DecoderLogits(engine.batchDecoder()), 1);
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
   * @param choice rule of the new tokens, with the tokens before them; new tokens are appended to
   *     its state on every rank
   * @param ends ids that end the sequence
   * @param listener receives each new token; called on rank 0 only
   * @param progress receives the number of prompt tokens that are done
   */
  public Generation generate(
      int[] prompt,
      int maxNewTokens,
      ChoiceRow.Sampled choice,
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
      boolean end = choose(choice, endIds, listener);
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
    int vocabulary = engine.config().vocabulary();
    compute(ChoiceRow.after(new int[0], ChoiceOptions.GREEDY, vocabulary));
    if (world.rank() == ROOT) {
      chosen();
    }
  }

  private void forward(int[] ids, int from, int count) {
    decoder.forward(ids, from, count);
    steps.appended(ids, from, count);
  }

  private void compute(ChoiceRow choice) {
    chooser.compute(decoder.batchTokens() - 1, List.of(choice));
  }

  /**
   * Puts the next token into {@code message[0]} on every rank; returns true if it is the last one.
   */
  private boolean choose(ChoiceRow.Sampled choice, Set<Integer> ends, TokenListener listener) {
    compute(choice);
    boolean root = world.rank() == ROOT;
    if (root && !chooser.undecided().isEmpty()) {
      message[1] = UNDECIDED;
    } else if (root) {
      take(ends, listener);
    }
    Collectives.broadcast(world, message, ROOT);
    if (message[1] == UNDECIDED) {
      chooser.complete(List.of(0));
      if (root) {
        take(ends, listener);
      }
      Collectives.broadcast(world, message, ROOT);
    }
    choice.states().getFirst().append((int) message[0]);
    return message[1] == ENDS;
  }

  /** Gives the chosen token to the listener and fills the message for the other ranks. */
  private void take(Set<Integer> ends, TokenListener listener) {
    ChosenToken token = chosen();
    boolean end = ends.contains(token.id());
    message[0] = token.id();
    // The listener receives an end token too, since it may have text to show before the end.
    message[1] = listener.accept(token) || end ? ENDS : CONTINUES;
  }

  private ChosenToken chosen() {
    List<ChosenToken> tokens = chooser.chosen(0);
    if (tokens.isEmpty()) {
      decoder.foundNotFinite();
    }
    return tokens.getFirst();
  }
}
