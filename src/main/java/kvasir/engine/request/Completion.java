package kvasir.engine.request;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import kvasir.engine.batch.TokenSink;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.sampling.TokenScore;
import kvasir.text.Tokenizer;
import kvasir.text.Transcript;

/**
 * A request that runs: its choices, each a sequence, and the result once all have ended. Used by
 * one thread at a time.
 */
final class Completion {
  /**
   * Properties of the model that all completions of a run share.
   *
   * @param ends ids that end a sequence
   */
  record Tools(List<Integer> ends, Optional<Tokenizer> tokenizer) {}

  private final CompletionRequest request;
  private final int[] prompt;
  private final Tools tools;
  private final Consumer<CompletionResult> done;
  private final List<Choice> choices = new ArrayList<>();
  private final long read = System.nanoTime();
  private long begun;
  private long firstToken;
  private int cached;
  private int running;
  private String error;

  /**
   * Creates a completion without choices.
   *
   * @param prompt ids of the prompt
   * @param done receives the result, once
   */
  Completion(
      CompletionRequest request, int[] prompt, Tools tools, Consumer<CompletionResult> done) {
    this.request = request;
    this.prompt = prompt;
    this.tools = tools;
    this.done = done;
    for (int i = 0; i < request.choices(); i++) {
      choices.add(new Choice());
    }
    running = choices.size();
  }

  /** Returns the choices, each of which is submitted as a sequence. */
  List<? extends TokenSink> choices() {
    return choices;
  }

  /** Ends all choices without a token, since none is allowed. */
  void endEmpty() {
    begun = firstToken = read;
    choices.forEach(Choice::finished);
  }

  private void ended() {
    if (--running > 0) {
      return;
    }
    List<CompletionChoice> results = choices.stream().map(Choice::result).toList();
    done.accept(
        error == null
            ? CompletionResult.completed(request, results, timings())
            : CompletionResult.failed(request, error, results));
  }

  private CompletionTimings timings() {
    long now = System.nanoTime();
    return new CompletionTimings(
        prompt.length,
        cached,
        (begun - read) / 1e9,
        (firstToken - begun) / 1e9,
        (now - firstToken) / 1e9);
  }

  /** One continuation. */
  private final class Choice implements TokenSink {
    private final Transcript text;
    private final Set<Integer> ends;
    private final List<Integer> tokens = new ArrayList<>();
    private final List<Double> logprobs = new ArrayList<>();
    private final List<List<TokenScore>> top = new ArrayList<>();
    private FinishReason reason = FinishReason.LENGTH;

    Choice() {
      text = new Transcript(tools.tokenizer(), prompt, request.stops(), piece -> {});
      ends = request.ignoreEos() ? Set.of() : new HashSet<>(tools.ends());
    }

    @Override
    public void began(int cachedTokens) {
      if (begun == 0) {
        begun = System.nanoTime();
        cached = cachedTokens;
      }
    }

    @Override
    public boolean accept(ChosenToken token) {
      if (firstToken == 0) {
        firstToken = System.nanoTime();
      }
      tokens.add(token.id());
      token.logprob().ifPresent(logprobs::add);
      if (request.logprobs().orElse(0) > 0) {
        top.add(token.likeliest());
      }
      boolean stopped = text.add(token.id()) || ends.contains(token.id());
      if (stopped) {
        reason = FinishReason.STOP;
      }
      return stopped;
    }

    @Override
    public void finished() {
      text.finish();
      ended();
    }

    @Override
    public void failed(String cause) {
      reason = FinishReason.ERROR;
      error = cause;
      text.finish();
      ended();
    }

    CompletionChoice result() {
      return new CompletionChoice(
          Optional.ofNullable(text.text()),
          List.copyOf(tokens),
          reason,
          request.logprobs().isPresent()
              ? Optional.of(new CompletionChoice.Logprobs(logprobs, top))
              : Optional.empty());
    }
  }
}
