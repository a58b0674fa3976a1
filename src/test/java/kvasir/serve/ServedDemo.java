package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.Distribution;
import kvasir.engine.EngineSettings;
import kvasir.engine.batch.BatchOptions;
import kvasir.engine.batch.BatchRank;
import kvasir.engine.constraint.GrammarConstraints;
import kvasir.engine.serving.EngineLoop;
import kvasir.file.Json;
import kvasir.kernel.VectorKernels;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import kvasir.text.Tokenizer;

/** A server of the demo model in this JVM, with ranks that are threads, and a client for it. */
final class ServedDemo implements AutoCloseable {
  static final Path MODEL = Path.of("experiments/demo-model/model");

  /** The fields of {@code text} in the list of situations. */
  static final String TEXT =
      "{\"prompt\":\"Here begins the chronicle of\",\"max_tokens\":20,\"temperature\":0}";

  /** The answer to {@link #TEXT}. */
  static final String CONTINUATION = " Ceestead. The code of Moritz Cooson is 9393. The code of";

  /** Keeps a sequence running. */
  static final String ENDLESS = "{\"max_tokens\":9000,\"logit_bias\":{\"0\":-100,\"2\":-100}}";

  static final int MAX_SEQUENCES = 8;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path model;
  private final Tokenizer tokenizer;
  private final ChatPrompts chat;
  private final EngineSlot slot = new EngineSlot();
  private final CountDownLatch ready = new CountDownLatch(1);
  private final List<RuntimeException> faults = new ArrayList<>();
  private final List<String> log = new ArrayList<>();
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
  private final Thread ranks;
  private final ApiServer server;
  private volatile EngineLoop loop;

  private ServedDemo(Path model, int count, ServerLimits limits, AccessRules access) {
    this.model = model;
    tokenizer = Tokenizer.open(model);
    chat = ChatPrompts.open(model, tokenizer).orElseThrow();
    Thread.Builder thread = Thread.ofPlatform().name("ranks").daemon(true);
    ranks = thread.start(() -> compute(count));
    server =
        new ApiServer(
            new ApiServer.Settings("127.0.0.1", 0, "test", this::logged, this::logged, this::fault),
            limits,
            access,
            model(),
            slot);
    await(ready);
  }

  /** Starts a server with the usual limits. */
  static ServedDemo start() {
    return start(ServerLimits.of(256), AccessRules.of(Optional.empty(), Set.of()));
  }

  static ServedDemo start(ServerLimits limits, AccessRules access) {
    return new ServedDemo(MODEL, 1, limits, access);
  }

  /** Starts a server on several ranks. */
  static ServedDemo onRanks(int count) {
    return new ServedDemo(
        MODEL, count, ServerLimits.of(256), AccessRules.of(Optional.empty(), Set.of()));
  }

  /**
   * Starts a server of the demo model with another chat template.
   *
   * @param folder empty folder for the model's files
   */
  static ServedDemo withTemplate(Path folder, String template) throws IOException {
    try (Stream<Path> files = Files.list(MODEL)) {
      for (Path file : files.toList()) {
        Files.createSymbolicLink(folder.resolve(file.getFileName()), file.toAbsolutePath());
      }
    }
    Files.writeString(folder.resolve("chat_template.jinja"), template);
    AccessRules open = AccessRules.of(Optional.empty(), Set.of());
    return new ServedDemo(folder, 1, ServerLimits.of(256), open);
  }

  private synchronized void logged(String line) {
    log.add(line);
  }

  private synchronized void fault(RuntimeException e) {
    faults.add(e);
  }

  /** Returns the lines of the log. */
  synchronized List<String> log() {
    return List.copyOf(log);
  }

  private ServedModel model() {
    return new ServedModel(
        "demo",
        1_700_000_000,
        "fp_test",
        9216,
        2112,
        Set.of(0, 2),
        tokenizer,
        Optional.of(chat),
        SamplingDefaults.OPENAI);
  }

  private void compute(int count) {
    EngineSettings settings =
        new EngineSettings(
            model,
            DType.BF16,
            AttentionKind.STREAMING,
            new VectorKernels(),
            1,
            Binding.NONE,
            64,
            16,
            512,
            new Distribution(List.of(), MergeTopology.AUTO, 0));
    BatchOptions options = new BatchOptions(MAX_SEQUENCES, 64 << 20, 150_000_000, true, 1);
    if (count == 1) {
      rank(settings, new SoloCommunicator(), options);
    } else {
      LocalWorld.run(count, LIMIT, world -> rank(settings, world, options));
    }
  }

  private Void rank(EngineSettings settings, Communicator world, BatchOptions options) {
    return BatchRank.run(
        settings,
        world,
        options,
        (engine, batch) -> {
          loop = new EngineLoop(batch, world.limit());
          loop.constrainBy(new GrammarConstraints(tokenizer, 2112));
          slot.set(loop);
          ready.countDown();
          loop.run();
          return null;
        });
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS), "the engine did not begin");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  int port() {
    return server.port();
  }

  EngineLoop loop() {
    return loop;
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  HttpClient http() {
    return http;
  }

  /** Returns the request of {@link #TEXT} with fields that are added or replaced. */
  static String text(String... changes) {
    return merged(TEXT, changes);
  }

  /** Returns a JSON object with fields of others that are added or replaced. */
  static String merged(String base, String... changes) {
    try {
      ObjectNode request = (ObjectNode) Json.read(base);
      for (String change : changes) {
        request.setAll((ObjectNode) Json.read(change));
      }
      return request.toString();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(String.join(" ", changes), e);
    }
  }

  static JsonNode json(String text) {
    try {
      return Json.read(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }

  HttpResponse<String> get(String path, String... headers) {
    return send(headers(HttpRequest.newBuilder(uri(path)), headers).GET().build());
  }

  HttpResponse<String> post(String path, String body, String... headers) {
    return post(path, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  HttpResponse<String> post(String path, byte[] body, String... headers) {
    return send(
        headers(HttpRequest.newBuilder(uri(path)), headers)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build());
  }

  private static HttpRequest.Builder headers(HttpRequest.Builder builder, String... headers) {
    return headers.length == 0 ? builder : builder.headers(headers);
  }

  HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Returns the answer to a request that must succeed. */
  JsonNode answer(String path, String body) {
    HttpResponse<String> response = post(path, body);
    assertEquals(200, response.statusCode(), response.body());
    return json(response.body());
  }

  /** Returns the events of a stream that must end with {@code [DONE]}, without it. */
  List<JsonNode> events(String path, String body) {
    HttpResponse<String> response = post(path, merged(body, "{\"stream\":true}"));
    assertEquals(200, response.statusCode(), response.body());
    List<JsonNode> events = new ArrayList<>();
    String[] parts = response.body().split("\n\n", -1);
    assertEquals("", parts[parts.length - 1], response.body());
    assertEquals("data: [DONE]", parts[parts.length - 2], response.body());
    for (int i = 0; i < parts.length - 2; i++) {
      assertTrue(parts[i].startsWith("data: {"), parts[i]);
      events.add(json(parts[i].substring("data: ".length())));
    }
    return events;
  }

  /** Checks that a request is refused as an error in OpenAI's form, and returns the error. */
  JsonNode refused(int status, String path, String body) {
    return refused(status, post(path, body));
  }

  static JsonNode refused(int status, HttpResponse<String> response) {
    assertEquals(status, response.statusCode(), response.body());
    assertEquals("application/json", response.headers().firstValue("content-type").orElse(""));
    JsonNode error = json(response.body()).path("error");
    assertEquals(4, error.size(), response.body());
    assertTrue(error.path("message").isTextual(), response.body());
    assertTrue(error.path("type").isTextual(), response.body());
    assertTrue(error.path("param").isNull() || error.path("param").isTextual(), response.body());
    assertTrue(error.path("code").isNull() || error.path("code").isTextual(), response.body());
    return error;
  }

  /** Opens a connection of its own; the caller closes it. */
  Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
    socket.setSoTimeout((int) LIMIT.toMillis());
    return socket;
  }

  /** Waits until the engine has no sequence. */
  void awaitIdle() {
    awaitTrue("the engine is idle", () -> loop.state().live() == 0);
  }

  static void awaitTrue(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not in time: " + what);
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    server.close();
    loop.close();
    try {
      ranks.join(LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.close();
    chat.close();
    tokenizer.close();
    assertTrue(!ranks.isAlive(), "the ranks did not end");
    synchronized (this) {
      assertEquals(List.of(), faults);
    }
  }
}
