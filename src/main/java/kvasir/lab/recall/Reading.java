package kvasir.lab.recall;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import kvasir.attention.AttentionMass;
import kvasir.engine.Engine;
import kvasir.engine.Fingerprint;
import kvasir.engine.Generation;
import kvasir.engine.Generator;
import kvasir.engine.Sampler;
import kvasir.text.Chat;
import kvasir.text.IncrementalDecoder;

/**
 * A document in the KV cache and questions on it. The document is read once; each question starts
 * from it anew and knows nothing of the others. All ranks make the same calls; rank 0 has the
 * replies. The engine, the chat and the mass stay the caller's.
 */
public final class Reading {
  private final Engine engine;
  private final Generator generator;
  private final Chat chat;
  private final AttentionMass mass;
  private int length;

  /**
   * @param mass gathers, for the question asked last, the attention of the steps that chose the
   *     answer's tokens; null where nobody asks
   */
  public Reading(Engine engine, Chat chat, AttentionMass mass) {
    this.engine = engine;
    this.generator = new Generator(engine);
    this.chat = chat;
    this.mass = mass;
  }

  /** Reads a document, not an empty one, in place of the one before. */
  public void read(int[] document, IntConsumer progress) {
    generator.rewind(0);
    generator.prefill(document, progress);
    generator.requireSound();
    length = document.length;
  }

  /**
   * The likeliest answer to a question, up to {@code most} tokens.
   *
   * @param listener hears the text as it grows, on rank 0
   */
  public Reply ask(int[] question, int most, Consumer<String> listener) {
    generator.rewind(length);
    long begin = System.nanoTime();
    List<Integer> ends = chat.ends(engine.config().eosTokens());
    Fingerprint digest = new Fingerprint();
    IncrementalDecoder words = IncrementalDecoder.of(chat.tokenizer(), question);
    StringBuilder text = new StringBuilder();
    Consumer<String> add =
        piece -> {
          text.append(piece);
          listener.accept(piece);
        };
    int last = question.length - 1;
    generator.prefill(Arrays.copyOf(question, last), done -> {});
    if (mass != null) {
      mass.reset();
    }
    Generation generation =
        generator.generate(
            new int[] {question[last]},
            most,
            logits -> {
              digest.add(logits);
              return Sampler.likeliest(logits);
            },
            ends,
            token -> {
              add.accept(ends.contains(token) ? "" : words.next(token));
              return false;
            },
            done -> {});
    add.accept(words.finish());
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Reply(generation.tokens(), text.toString(), digest.finish(), seconds);
  }
}
