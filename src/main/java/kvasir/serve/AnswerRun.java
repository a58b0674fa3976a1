package kvasir.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import kvasir.engine.batch.Request;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.serving.Generation;
import kvasir.engine.serving.GenerationHandle;
import kvasir.engine.serving.TokenEngine;
import kvasir.serve.EventFeed.Event;

/**
 * The answer to one request, from the submission of its prompts to the end of its last choice.
 * Choice c of prompt p has index {@code p * choices + c}. The client's connection is looked at
 * while nothing is sent, so that nothing is computed for a client that has left.
 */
final class AnswerRun {
  /** Time between two looks at the client's connection. */
  private static final long LOOK_NANOS = 200_000_000;

  private final ServedModel model;
  private final ServerLimits limits;
  private final ServerMetrics metrics;
  private final GenerationCall call;
  private final List<EchoedPrompt> echoed;
  private final Client client;
  private final AnswerWriter writer;
  private final EventFeed feed = new EventFeed();
  private final List<GenerationHandle> handles = new ArrayList<>();
  private final List<ChoiceText> texts = new ArrayList<>();
  private final List<Integer> cached = new ArrayList<>();
  private final List<Event> early = new ArrayList<>();

  /** Attention of each choice, if it is counted. */
  private final List<ChoiceAttention> attention = new ArrayList<>();

  private final long[] lastToken;
  private final long start = System.nanoTime();
  private final boolean[] over;
  private int accepted;
  private int unbegun;
  private int running;
  private boolean begun;
  private long lastSent = start;
  private long lastLook = start;

  /**
   * Creates an answer of which nothing is computed.
   *
   * @param call the request, whose prompts fit the context
   * @param echoed prompts with which choices begin; none, or as many as the request has
   * @param writer takes the answer; stays the caller's
   */
  AnswerRun(
      ServedModel model,
      ServerLimits limits,
      ServerMetrics metrics,
      GenerationCall call,
      List<EchoedPrompt> echoed,
      Client client,
      AnswerWriter writer) {
    this.model = model;
    this.limits = limits;
    this.metrics = metrics;
    this.call = call;
    this.echoed = echoed;
    this.client = client;
    this.writer = writer;
    int all = call.prompts().size() * call.choices();
    this.lastToken = new long[all];
    this.over = new boolean[all];
  }

  /**
   * Computes and sends the answer.
   *
   * @param pulse ends waits for results regularly
   * @throws ApiError if it cannot be computed and nothing has been sent
   * @throws ClientGone if the client has left
   */
  void run(TokenEngine engine, Pulse pulse) {
    pulse.add(feed);
    try {
      for (int prompt = 0; prompt < call.prompts().size(); prompt++) {
        add(prompt);
      }
      if (call.maxTokens() > 0 || scores()) {
        submit(engine);
      } else {
        endEmpty();
      }
      while (running > 0) {
        next();
      }
      int output = texts.stream().mapToInt(ChoiceText::tokens).sum();
      int hits = cached.stream().mapToInt(Integer::intValue).sum();
      int prompts = call.prompts().stream().mapToInt(ids -> ids.length).sum();
      metrics.answered(prompts, output);
      writer.done(new Usage(prompts, hits, output));
    } catch (AnswerFailed e) {
      writer.failed(e.error);
    } finally {
      pulse.remove(feed);
      // What has ended does not mind.
      handles.forEach(GenerationHandle::cancel);
    }
  }

  private boolean scores() {
    return !echoed.isEmpty() && call.logprobs().isPresent();
  }

  private void add(int prompt) {
    for (int choice = 0; choice < call.choices(); choice++) {
      texts.add(
          new ChoiceText(
              model.tokenizer(),
              call.prompts().get(prompt),
              call.divider().get(),
              call.stops(),
              ends(),
              entries(prompt)));
      if (call.attention()) {
        attention.add(new ChoiceAttention(call.prompts().get(prompt)));
      }
    }
    running += call.choices();
  }

  private ChoiceText.Entries entries(int prompt) {
    boolean echo = !echoed.isEmpty();
    int first = echo ? echoed.get(prompt).codePoints() : 0;
    return new ChoiceText.Entries(call.logprobs().isPresent(), echo, first);
  }

  private Set<Integer> ends() {
    return call.ignoreEos() ? Set.of() : model.ends();
  }

  private void submit(TokenEngine engine) {
    ChoiceOptions options =
        new ChoiceOptions(call.sampling(), 0, call.choices(), call.logprobs())
            .constrained(call.constraint());
    for (int prompt = 0; prompt < call.prompts().size(); prompt++) {
      int[] ids = call.prompts().get(prompt);
      // Where none is wanted, a token is chosen behind a prompt that is scored, and dropped.
      int limit = (int) Math.min(Math.max(1, call.maxTokens()), model.context() - ids.length + 1L);
      Request request = new Request(ids, limit, options);
      request = call.attention() ? request.watching() : request;
      unbegun++;
      handles.add(
          engine.submit(
              new Generation(scores() ? request.scoringPrompt() : request, ends()),
              feed.listener(prompt, prompt * call.choices())));
    }
  }

  private void endEmpty() {
    accepted = call.prompts().size();
    beginIfAccepted();
    for (int index = 0; index < texts.size(); index++) {
      end(index);
    }
  }

  private void beginIfAccepted() {
    if (!begun && accepted == call.prompts().size()) {
      begun = true;
      writer.begin();
      lastSent = System.nanoTime();
      for (int prompt = 0; prompt < echoed.size(); prompt++) {
        echo(prompt);
      }
      early.forEach(this::take);
      early.clear();
    }
  }

  private void next() {
    long now = System.nanoTime();
    if (begun && now - lastSent >= limits.keepAlive().toNanos()) {
      writer.keepAlive();
      lastSent = now;
    }
    if (now - lastLook >= LOOK_NANOS) {
      look(now);
    }
    Optional<Event> event = feed.next();
    if (event.isPresent() && begun) {
      take(event.get());
    } else if (event.isPresent()) {
      takeEarly(event.get());
    }
  }

  private void look(long now) {
    lastLook = now;
    if (!client.isPresent()) {
      throw new ClientGone(null);
    }
    if (unbegun > 0 && now - start > limits.queueTime().toNanos()) {
      throw new AnswerFailed(ApiError.overloaded(10, "the request has waited too long"));
    }
  }

  /** Takes what comes before all prompts have been accepted; results must wait until then. */
  private void takeEarly(Event event) {
    if (event instanceof Event.Accepted || event instanceof Event.Failed) {
      take(event);
    } else {
      early.add(event);
    }
  }

  private void take(Event event) {
    switch (event) {
      case Event.Accepted waits -> {
        accepted++;
        beginIfAccepted();
      }
      case Event.Began began -> {
        unbegun--;
        cached.add(began.cachedTokens());
        metrics.waited(System.nanoTime() - start);
      }
      case Event.Described token -> {
        echoed.get(token.prompt()).add(token.token());
        echo(token.prompt());
      }
      case Event.Token token -> take(token);
      case Event.Attended next -> attention.get(next.index()).next(next.attention());
      case Event.Finished(int index, boolean byEnd) -> {
        if (byEnd && !over[index]) {
          texts.get(index).complete();
        }
        end(index);
      }
      case Event.Failed failed -> throw new AnswerFailed(error(failed));
    }
  }

  /** Sends a prompt as the beginning of its choices, once all that belongs to it is known. */
  private void echo(int prompt) {
    if (echoed.get(prompt).waits()) {
      return;
    }
    Piece piece = echoed.get(prompt).piece();
    int first = prompt * call.choices();
    for (int index = first; index < first + call.choices(); index++) {
      send(index, piece);
      if (call.maxTokens() == 0) {
        end(index);
      }
    }
  }

  private void take(Event.Token token) {
    int index = token.index();
    if (over[index]) {
      return;
    }
    long now = System.nanoTime();
    if (lastToken[index] == 0) {
      metrics.firstToken(now - start);
    } else {
      metrics.nextToken(now - lastToken[index]);
    }
    lastToken[index] = now;
    ChoiceText text = texts.get(index);
    Piece piece = text.add(token.token());
    if (text.cutShort()) {
      handles.get(index / call.choices()).stop(index % call.choices());
    }
    send(index, piece);
    if (call.attention()) {
      attention.get(index).add(token.token().id());
    }
    if (text.over()) {
      end(index);
    }
  }

  private void send(int index, Piece piece) {
    if (!piece.isEmpty()) {
      writer.piece(index, piece);
      lastSent = System.nanoTime();
    }
  }

  private void end(int index) {
    if (over[index]) {
      return;
    }
    over[index] = true;
    running--;
    ChoiceText text = texts.get(index);
    send(index, text.finish());
    if (call.attention()) {
      attention.get(index).json(model.tokenizer()).ifPresent(json -> writer.attended(index, json));
    }
    writer.finished(index, text.reason());
    lastSent = System.nanoTime();
  }

  private static ApiError error(Event.Failed failed) {
    return switch (failed.failure()) {
      case REFUSED ->
          ApiError.invalid(null, failed.cause() + "; the server needs a larger --kv-memory");
      case UNSOUND -> ApiError.server(failed.cause());
      case LOST -> ApiError.unavailable(failed.cause());
    };
  }

  /** Failure of an answer of which a part may have been sent. */
  private static final class AnswerFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ApiError error;

    AnswerFailed(ApiError error) {
      super(error.getMessage(), null, false, false);
      this.error = error;
    }
  }
}
