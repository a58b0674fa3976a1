package kvasir.engine.remote;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kvasir.engine.batch.BlockAttention;
import kvasir.engine.batch.Request;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.serving.Generation;
import kvasir.engine.serving.GenerationListener;
import kvasir.engine.serving.GenerationListener.Failure;

/**
 * A generation that has not ended, with all that its client has been told, so that it can be
 * resumed by another world. Not thread-safe.
 */
final class LiveGeneration {
  /**
   * A part of a generation that a world computes.
   *
   * @param first number of its first choice in the whole
   */
  record Part(LiveGeneration whole, int first, Generation generation) {
    boolean has(int choice) {
      return choice >= first && choice < first + generation.request().choice().choices();
    }

    /**
     * Returns the number in the whole of one of this part's choices.
     *
     * @throws IllegalArgumentException if there is no such choice
     */
    int choice(int number) {
      if (number >= generation.request().choice().choices()) {
        throw new IllegalArgumentException("no choice " + number);
      }
      return first + number;
    }
  }

  private final Generation generation;
  private final GenerationListener listener;
  private final List<Choice> choices = new ArrayList<>();
  private boolean accepted;
  private boolean begun;
  private boolean over;

  /** Number of tokens of the prompt that the listener has, and that the present world has sent. */
  private int described;

  private int describedAgain;

  /** Tokens and end of one choice. */
  private static final class Choice {
    private int[] tokens = new int[16];
    private int count;
    private boolean stopped;
    private boolean finished;

    void add(int id) {
      if (count == tokens.length) {
        tokens = Arrays.copyOf(tokens, 2 * count);
      }
      tokens[count++] = id;
    }
  }

  LiveGeneration(Generation generation, GenerationListener listener) {
    this.generation = generation;
    this.listener = listener;
    for (int i = 0; i < generation.request().choice().choices(); i++) {
      choices.add(new Choice());
    }
  }

  /** Returns whether the listener has been told the end. */
  boolean over() {
    return over;
  }

  /** Returns the number of choices that have not ended. */
  int running() {
    return over ? 0 : (int) choices.stream().filter(choice -> !choice.finished).count();
  }

  /**
   * Returns what a world has still to compute: all choices together, or each with the tokens that
   * it has. Choices that need no further token end here.
   */
  List<Part> rest() {
    describedAgain = 0;
    if (over) {
      return List.of();
    }
    if (choices.stream().allMatch(c -> c.count == 0 && !c.stopped && !c.finished)) {
      return List.of(new Part(this, 0, undivided()));
    }
    List<Part> parts = new ArrayList<>();
    for (int number = 0; number < choices.size(); number++) {
      Choice choice = choices.get(number);
      if (!choice.finished && !endsHere(number, choice)) {
        parts.add(new Part(this, number, new Generation(rest(number, choice), generation.ends())));
      }
    }
    return parts;
  }

  private Generation undivided() {
    Request request = generation.request();
    boolean scoredAlready = request.scored() && described == request.promptTokens() - 1;
    if (!scoredAlready) {
      return generation;
    }
    return new Generation(request.withoutScores(), generation.ends());
  }

  private Request rest(int number, Choice choice) {
    Request whole = generation.request();
    int[] tokens = Arrays.copyOf(whole.tokens(), whole.tokens().length + choice.count);
    System.arraycopy(choice.tokens, 0, tokens, whole.tokens().length, choice.count);
    return new Request(
        tokens,
        whole.promptTokens(),
        whole.maxTokens(),
        whole.choice().only(whole.choice().choice() + number),
        false,
        whole.watched());
  }

  private boolean endsHere(int number, Choice choice) {
    Request request = generation.request();
    int before = request.tokens().length - request.promptTokens();
    boolean ended =
        choice.stopped
            || (choice.count > 0 && generation.ends().contains(choice.tokens[choice.count - 1]));
    if (ended || before + choice.count >= request.maxTokens()) {
      finished(number, ended);
      return true;
    }
    return false;
  }

  void accepted() {
    if (!accepted) {
      accepted = true;
      listener.accepted();
    }
  }

  void began(int cachedTokens) {
    if (!begun) {
      begun = true;
      listener.began(cachedTokens);
    }
  }

  void described(ChosenToken token) {
    if (describedAgain++ == described) {
      described++;
      listener.described(token);
    }
  }

  void attended(int choice, BlockAttention attention) {
    if (!over && !choices.get(choice).finished) {
      listener.attended(choice, attention);
    }
  }

  void token(int choice, ChosenToken token) {
    if (!over && !choices.get(choice).finished) {
      choices.get(choice).add(token.id());
      listener.token(choice, token);
    }
  }

  void finished(int choice, boolean byEnd) {
    if (!over && !choices.get(choice).finished) {
      choices.get(choice).finished = true;
      listener.finished(choice, byEnd);
      over = choices.stream().allMatch(c -> c.finished);
    }
  }

  void failed(Failure failure, String cause) {
    if (!over) {
      over = true;
      // A request that was accepted once is not wrong: fewer ranks may have too little memory.
      boolean lost = failure == Failure.REFUSED && accepted;
      listener.failed(lost ? Failure.LOST : failure, cause);
    }
  }

  /** Ends one choice at its next token, in this world or the next. */
  void stop(int choice) {
    choices.get(choice).stopped = true;
  }

  /** Ends the generation without a word to the listener. */
  void cancel() {
    over = true;
  }
}
