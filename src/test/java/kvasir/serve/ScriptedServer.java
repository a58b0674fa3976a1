package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import kvasir.engine.batch.Counts;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.serving.EngineState;
import kvasir.engine.serving.Generation;
import kvasir.engine.serving.GenerationHandle;
import kvasir.engine.serving.GenerationListener;
import kvasir.engine.serving.TokenEngine;
import kvasir.file.Json;
import kvasir.text.Tokenizer;

/**
 * A server with the demo model's tokenizer and a chat template of choice, whose model says what the
 * test has written: each character of it is a token, or several.
 */
final class ScriptedServer implements AutoCloseable {
  private static final int END = 2;

  private final Tokenizer tokenizer;
  private final Optional<ChatPrompts> chat;
  private final ApiServer server;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<RuntimeException> faults = new ArrayList<>();
  private volatile String script = "";
  private volatile boolean ends = true;

  /**
   * Starts a server.
   *
   * @param folder empty folder for the model's files
   * @param template text of the chat template; null for none
   */
  ScriptedServer(Path folder, String template) throws IOException {
    Files.copy(ServedDemo.MODEL.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    if (template != null) {
      ObjectNode config = Json.object().put("chat_template", template);
      config.put("bos_token", "<|endoftext|>").put("eos_token", "<|im_end|>");
      Files.writeString(folder.resolve("tokenizer_config.json"), config.toString());
    }
    tokenizer = Tokenizer.open(folder);
    chat = ChatPrompts.open(folder, tokenizer);
    EngineSlot slot = new EngineSlot();
    slot.set(new Engine());
    server =
        new ApiServer(
            new ApiServer.Settings("127.0.0.1", 0, "test", line -> {}, line -> {}, faults::add),
            ServerLimits.of(16),
            AccessRules.of(Optional.empty(), Set.of()),
            new ServedModel(
                "scripted",
                1_700_000_000,
                "fp_test",
                9216,
                2112,
                Set.of(0, END),
                tokenizer,
                chat,
                SamplingDefaults.OPENAI),
            slot);
  }

  /** Engine whose model writes the script. */
  private final class Engine implements TokenEngine {
    @Override
    public GenerationHandle submit(Generation generation, GenerationListener listener) {
      listener.accepted();
      listener.began(0);
      List<Integer> ids = new ArrayList<>();
      script
          .codePoints()
          .forEach(
              c -> {
                for (int id : tokenizer.encodeBare(Character.toString(c))) {
                  ids.add(id);
                }
              });
      if (ends) {
        ids.add(END);
      }
      int count = Math.min(ids.size(), generation.request().maxTokens());
      for (int choice = 0; choice < generation.request().choice().choices(); choice++) {
        for (int id : ids.subList(0, count)) {
          OptionalDouble logprob =
              generation.request().choice().logprobs().isPresent()
                  ? OptionalDouble.of(-0.5)
                  : OptionalDouble.empty();
          listener.token(choice, new ChosenToken(id, logprob, List.of(), Optional.empty()));
        }
        listener.finished(choice, count == ids.size() && ends);
      }
      return new GenerationHandle() {
        @Override
        public void stop(int choice) {}

        @Override
        public void cancel() {}
      };
    }

    @Override
    public EngineState state() {
      return new EngineState(true, Counts.NONE, 0, 0, 0, List.of());
    }
  }

  /** Sets what the model says, behind which it ends its turn. */
  ScriptedServer says(String text) {
    script = text;
    ends = true;
    return this;
  }

  /** Sets what the model says until it reaches the limit of tokens. */
  ScriptedServer saysUpTo(String text) {
    script = text;
    ends = false;
    return this;
  }

  int port() {
    return server.port();
  }

  HttpResponse<String> post(String path, String body) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Returns the text of the prompt of a conversation. */
  String prompt(String body) {
    HttpResponse<String> response = post("/apply-template", body);
    assertEquals(200, response.statusCode(), response.body());
    return ServedDemo.json(response.body()).path("prompt").asText();
  }

  /** Returns the only choice of the answer to a chat, after a check that a stream says the same. */
  JsonNode choice(String body) {
    int tokens = Math.max(1, script.length() * 4);
    String bounded = ServedDemo.merged("{\"max_tokens\":" + tokens + "}", body);
    if (!ends) {
      int count =
          script.codePoints().map(c -> tokenizer.encodeBare(Character.toString(c)).length).sum();
      bounded = ServedDemo.merged(body, "{\"max_tokens\":" + count + "}");
    }
    HttpResponse<String> response = post("/v1/chat/completions", bounded);
    assertEquals(200, response.statusCode(), response.body());
    JsonNode whole = ServedDemo.json(response.body());
    HttpResponse<String> stream =
        post(
            "/v1/chat/completions",
            ServedDemo.merged(
                bounded, "{\"stream\":true,\"stream_options\":{\"include_usage\":true}}"));
    StreamedChat.requireEqual(whole, StreamedChat.events(stream));
    return whole.path("choices").path(0);
  }

  @Override
  public void close() {
    server.close();
    http.close();
    chat.ifPresent(ChatPrompts::close);
    tokenizer.close();
    assertTrue(faults.isEmpty(), faults::toString);
  }
}
