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
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.text.Chat;
import kvasir.text.IncrementalDecoder;

/**
 * A document in the KV cache, and questions on it. The document is read once. Each question follows
 * directly after the document, independently of other questions. All ranks make the same calls;
 * only rank 0 gets the text of replies. A reading is used by one thread at a time. It does not own
 * the engine, the chat and the attention mass.
 */
public final class Reading {
  private final Engine engine;
  private final Generator generator;
  private final Chat chat;
  private final AttentionMass mass;
  private int length;

  /**
   * Creates a reading without a document.
   *
   * @param mass collects, for the last question, the attention of the steps that chose the answer's
   *     tokens; null if it is not wanted
   */
  public Reading(Engine engine, Chat chat, AttentionMass mass) {
    this.engine = engine;
    this.generator = new Generator(engine);
    this.chat = chat;
    this.mass = mass;
  }

  /**
   * Reads a document in place of an earlier one.
   *
   * @param document ids; not empty
   * @param progress receives the number of tokens that are done
   */
  public void read(int[] document, IntConsumer progress) {
    generator.rewind(0);
    generator.prefill(document, progress);
    generator.requireSound();
    length = document.length;
  }

  /**
   * Answers a question with the likeliest token at each step.
   *
   * @param question ids; not empty
   * @param maxTokens the largest number of tokens of the answer
   * @param listener receives the text piece by piece, on rank 0
   */
  public Reply ask(int[] question, int maxTokens, Consumer<String> listener) {
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
            maxTokens,
            ChoiceRow.after(
                question, ChoiceOptions.GREEDY.withLogits(), engine.config().vocabulary()),
            ends,
            token -> {
              digest.add(token.logits().orElseThrow());
              add.accept(ends.contains(token.id()) ? "" : words.next(token.id()));
              return false;
            },
            done -> {});
    add.accept(words.finish());
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Reply(generation.tokens(), text.toString(), digest.finish(), seconds);
  }
}
