package kvasir.lab.recall;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ObjIntConsumer;
import kvasir.engine.Engine;
import kvasir.engine.batch.BatchEngine;
import kvasir.engine.batch.Request;
import kvasir.engine.batch.Submission;
import kvasir.engine.batch.TokenSink;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChosenToken;
import kvasir.error.UserError;
import kvasir.text.Chat;
import kvasir.text.IncrementalDecoder;

/**
 * Many questions on documents, computed together: a document is read once for all its questions,
 * and the questions share steps. Each reply has the tokens that {@link Reading} gives. Rank 0 asks,
 * while the other ranks follow the batch engine. A shared reading is used by one thread at a time.
 * It does not own the engines and the chat.
 */
public final class SharedReading {
  /**
   * A question's answer.
   *
   * @param tokens ids, the end token included; not copied
   */
  public record Answered(List<Integer> tokens, String text) {}

  private final BatchEngine batch;
  private final Chat chat;
  private final Set<Integer> ends;
  private int open;

  /**
   * Creates a reading without questions.
   *
   * @param engine the engine of the batch, which refuses numbers that are not finite
   */
  public SharedReading(Engine engine, BatchEngine batch, Chat chat) {
    this.batch = batch;
    this.chat = chat;
    this.ends = new HashSet<>(chat.ends(engine.config().eosTokens()));
  }

  /** Returns the number of questions that have no reply yet. */
  public int open() {
    return open;
  }

  /**
   * Asks questions on a document, each of which follows directly after the document. They are
   * answered with the likeliest token at each step.
   *
   * @param document ids; not empty
   * @param questions ids of each question; at least one question, none empty
   * @param maxTokens the largest number of tokens of an answer
   * @param replies receives each reply with the index of its question, during {@link #step}, in the
   *     order in which they are complete
   * @throws UserError if a document with a question has no room
   */
  public void ask(
      int[] document, List<int[]> questions, int maxTokens, ObjIntConsumer<Answered> replies) {
    List<Request> requests = new ArrayList<>();
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      int[] question = questions.get(i);
      int[] prompt = Arrays.copyOf(document, document.length + question.length);
      System.arraycopy(question, 0, prompt, document.length, question.length);
      requests.add(new Request(prompt, maxTokens, ChoiceOptions.GREEDY));
      answers.add(new Answer(question, i, replies));
    }
    open += answers.size();
    Submission first = batch.submit(document.length, requests, answers);
    if (first instanceof Submission.Refused refused) {
      throw noRoom(refused.reason());
    }
  }

  /** Computes one step, in which questions may be answered. */
  public void step() {
    batch.step();
  }

  private static UserError noRoom(String reason) {
    return new UserError(
        "the document and its questions", reason, "ask about shorter documents, or use more ranks");
  }

  /** Answer to one question. */
  private final class Answer implements TokenSink {
    private final int index;
    private final ObjIntConsumer<Answered> replies;
    private final IncrementalDecoder words;
    private final StringBuilder text = new StringBuilder();
    private final List<Integer> tokens = new ArrayList<>();

    Answer(int[] question, int index, ObjIntConsumer<Answered> replies) {
      this.index = index;
      this.replies = replies;
      this.words = IncrementalDecoder.of(chat.tokenizer(), question);
    }

    @Override
    public boolean accept(ChosenToken token) {
      tokens.add(token.id());
      boolean last = ends.contains(token.id());
      if (!last) {
        text.append(words.next(token.id()));
      }
      return last;
    }

    @Override
    public void finished() {
      text.append(words.finish());
      open--;
      replies.accept(new Answered(tokens, text.toString()), index);
    }

    @Override
    public void failed(String cause) {
      throw noRoom(cause);
    }
  }
}
