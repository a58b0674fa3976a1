package kvasir.serve;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import kvasir.engine.serving.TokenEngine;
import kvasir.team.BackgroundThreads;

/** Endpoint that generates text: {@code /v1/completions} or {@code /v1/chat/completions}. */
final class GenerationEndpoint implements Endpoint {
  /**
   * A request that has been read.
   *
   * @param generation prompts and rules
   * @param echoed text of each prompt, with which its choices begin; none if they do not
   * @param prefix beginning of the answer's id
   * @param form makes the form of the answer
   */
  record Call(
      GenerationCall generation,
      List<String> echoed,
      String prefix,
      Function<AnswerHead, AnswerForm> form) {}

  /** Reader of requests. */
  @FunctionalInterface
  interface Reader {
    /**
     * Reads a request.
     *
     * @param seed seed of a request without one
     * @throws ApiError if it is wrong
     */
    Call read(Fields fields, ServedModel model, long seed);
  }

  /** Requests that are read at a time, since a tree is many times as large as its text. */
  private static final int READ_AT_A_TIME = 4;

  private final Reader reader;
  private final ServedModel model;
  private final TokenEngine engine;
  private final ServerLimits limits;
  private final RequestRoom room;
  private final ServerMetrics metrics;
  private final SecureRandom random = new SecureRandom();
  private final RandomIds ids = new RandomIds();
  private final Pulse pulse = new Pulse();

  /**
   * Reads requests outside the threads of connections: few threads of the system carry these, and a
   * schema that takes long would keep streams from being sent.
   */
  private final Executor reading = BackgroundThreads.of("requests", READ_AT_A_TIME);

  GenerationEndpoint(
      Reader reader,
      ServedModel model,
      TokenEngine engine,
      ServerLimits limits,
      RequestRoom room,
      ServerMetrics metrics) {
    this.reader = reader;
    this.model = model;
    this.engine = engine;
    this.limits = limits;
    this.room = room;
    this.metrics = metrics;
  }

  @Override
  public void answer(Exchange exchange) {
    Call call = read(exchange.client().body());
    GenerationCall generation = call.generation();
    exchange.header("x-kvasir-seed", String.valueOf(generation.sampling().seed()));
    int sequences = Math.multiplyExact(generation.prompts().size(), generation.choices());
    room.with(sequences, () -> answer(exchange, call, sequences));
  }

  private void answer(Exchange exchange, Call call, int sequences) {
    GenerationCall generation = call.generation();
    AnswerHead head =
        new AnswerHead(ids.next(call.prefix()), Instant.now().getEpochSecond(), model);
    AnswerForm form = call.form().apply(head);
    AnswerWriter writer =
        generation.stream()
            ? new StreamWriter(form, generation.includeUsage(), exchange::openStream)
            : new WholeWriter(form, sequences, exchange::send);
    new AnswerRun(model, limits, metrics, generation, echoed(call), exchange.client(), writer)
        .run(engine, pulse);
  }

  private List<EchoedPrompt> echoed(Call call) {
    List<EchoedPrompt> echoed = new ArrayList<>();
    for (int i = 0; i < call.echoed().size(); i++) {
      echoed.add(
          new EchoedPrompt(
              model.tokenizer(),
              call.generation().prompts().get(i),
              call.echoed().get(i),
              call.generation().logprobs().isPresent()));
    }
    return echoed;
  }

  private Call read(byte[] body) {
    try {
      return CompletableFuture.supplyAsync(
              () -> reader.read(new Fields(JsonBody.read(body)), model, random.nextLong()), reading)
          .join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw e;
      }
    }
  }
}
