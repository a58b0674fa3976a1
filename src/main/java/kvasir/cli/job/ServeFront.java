package kvasir.cli.job;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import kvasir.cli.terminal.Output;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.engine.serving.TokenEngine;
import kvasir.file.Json;
import kvasir.file.Sha256;
import kvasir.measure.OpenFiles;
import kvasir.model.ModelConfig;
import kvasir.model.OpenedModel;
import kvasir.serve.AccessRules;
import kvasir.serve.ApiServer;
import kvasir.serve.ChatPrompts;
import kvasir.serve.SamplingDefaults;
import kvasir.serve.ServedModel;
import kvasir.serve.ServerLimits;
import kvasir.text.Tokenizer;

/**
 * HTTP server with the tokenizer and the chat template of its model, in the process that serves.
 * Owns them until it is closed.
 */
final class ServeFront implements AutoCloseable {
  private final ServeJob job;
  private final OpenedModel model;
  private final Output output;
  private Tokenizer tokenizer;
  private Optional<ChatPrompts> chat = Optional.empty();
  private ApiServer server;

  /** Creates a front that is not open; model and output stay the caller's. */
  ServeFront(ServeJob job, OpenedModel model, Output output) {
    this.job = job;
    this.model = model;
    this.output = output;
  }

  /**
   * Opens the files and the port.
   *
   * @param settings settings of the engine
   * @param engine computes what clients ask for; stays the caller's
   * @throws kvasir.error.UserError if a file or the port cannot be used
   */
  void open(EngineSettings settings, TokenEngine engine) {
    Optional<String> key = job.place().key();
    tokenizer = Tokenizer.open(job.engine().directory());
    chat = ChatPrompts.open(job.engine().directory(), tokenizer);
    server =
        new ApiServer(
            new ApiServer.Settings(
                job.place().host(),
                job.place().port(),
                ProgramVersion.TEXT,
                this::log,
                note -> output.note("kvasir: " + note),
                fault -> output.note("kvasir: internal error: " + fault)),
            ServerLimits.of(job.maxSequences() + job.queue()).within(OpenFiles.left()),
            AccessRules.of(key, new HashSet<>(job.place().origins())),
            served(settings),
            engine);
  }

  /** Returns the tokenizer of an open front, which stays its own. */
  Tokenizer tokenizer() {
    return tokenizer;
  }

  private ServedModel served(EngineSettings settings) {
    ModelConfig config = model.config();
    return new ServedModel(
        job.modelName(),
        Instant.now().getEpochSecond(),
        fingerprint(settings),
        config.maxPositions(),
        config.vocabulary(),
        Set.copyOf(config.eosTokens()),
        tokenizer,
        chat,
        SamplingDefaults.of(job.engine().directory()));
  }

  private String fingerprint(EngineSettings settings) {
    MessageDigest digest = Sha256.digest();
    List<Object> decisive =
        List.of(
            ProgramVersion.TEXT,
            model.hash(),
            job.engine().kvType(),
            job.engine().attention(),
            Engine.cacheShape(settings, model.config()).blockTokens(),
            job.engine().shards());
    digest.update(Json.bytes(decisive));
    return "fp_" + HexFormat.of().formatHex(digest.digest(), 0, 8);
  }

  private void log(String line) {
    if (job.logRequests()) {
      output.note(Instant.now() + " " + line);
    }
  }

  /**
   * Says that requests are answered.
   *
   * @param kvBytes bytes of a rank's memory for keys and values
   */
  void announce(long kvBytes) {
    String host = job.place().host();
    output.note(
        "kvasir: %s at http://%s:%d/v1, %s; %,d MiB of each rank for keys and values",
        job.modelName(),
        host.contains(":") ? "[" + host + "]" : host,
        server.port(),
        job.place().keyFile() == null ? "without a key" : "with a key",
        kvBytes >> 20);
  }

  /** Says that a signal has come. */
  static void noteDrain(Output output) {
    output.note("kvasir: stopping when running requests have ended");
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    chat.ifPresent(ChatPrompts::close);
    if (tokenizer != null) {
      tokenizer.close();
    }
  }
}
