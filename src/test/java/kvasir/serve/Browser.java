package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import kvasir.file.Json;

/**
 * A browser without a window, driven over its DevTools protocol. It notes errors that a page causes
 * on its console.
 */
final class Browser implements AutoCloseable {
  private static final long LIMIT_SECONDS = 120;

  private static final Map<String, Integer> KEY_CODES =
      Map.of("Enter", 13, "Escape", 27, "Tab", 9, "ArrowDown", 40, "Backspace", 8);

  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger lastId = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
  private final List<String> errors = new ArrayList<>();

  private Browser(Path program, Path data) throws IOException {
    List<String> command =
        List.of(
            program.toString(),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--remote-debugging-port=0",
            "--user-data-dir=" + data,
            "about:blank");
    File log = data.resolve("browser.log").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    // A browser that is killed removes nothing: all that it leaves is in its folder.
    for (String variable : List.of("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")) {
      builder.environment().put(variable, data.toString());
    }
    process = builder.start();
    Path active = data.resolve("DevToolsActivePort");
    ServedDemo.awaitTrue("the browser listens", () -> lines(active) >= 2);
    String port = Files.readAllLines(active).getFirst();
    socket = connect(pageOf(Integer.parseInt(port)));
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      call(domain + ".enable", Json.object());
    }
  }

  /** Returns the program of a browser that this machine has. */
  static Optional<Path> program() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
        .map(folder -> Path.of(folder, "chromium"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts a browser.
   *
   * @param data an empty folder for its data
   */
  static Browser start(Path program, Path data) throws IOException {
    return new Browser(program, data);
  }

  private static int lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private URI pageOf(int port) {
    try {
      HttpRequest list =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list")).build();
      String targets = http.send(list, HttpResponse.BodyHandlers.ofString()).body();
      for (JsonNode target : ServedDemo.json(targets)) {
        if (target.path("type").asText().equals("page")) {
          return URI.create(target.path("webSocketDebuggerUrl").asText());
        }
      }
      throw new AssertionError("no page in " + targets);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private WebSocket connect(URI page) {
    StringBuilder message = new StringBuilder();
    WebSocket.Listener listener =
        new WebSocket.Listener() {
          @Override
          public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
              take(ServedDemo.json(message.toString()));
              message.setLength(0);
            }
            from.request(1);
            return null;
          }
        };
    return get(http.newWebSocketBuilder().buildAsync(page, listener));
  }

  private static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("the browser did not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void take(JsonNode message) {
    if (message.has("id")) {
      calls.remove(message.path("id").asInt()).complete(message);
      return;
    }
    JsonNode params = message.path("params");
    switch (message.path("method").asText()) {
      case "Runtime.exceptionThrown" -> note(params);
      case "Runtime.consoleAPICalled" -> {
        if (List.of("error", "warning").contains(params.path("type").asText())) {
          note(params);
        }
      }
      case "Log.entryAdded" -> {
        if (List.of("error", "warning").contains(params.path("entry").path("level").asText())) {
          note(params);
        }
      }
      default -> {
        // Everything else is the browser's own matter.
      }
    }
  }

  private synchronized void note(JsonNode error) {
    errors.add(error.toString());
  }

  /** Returns the errors and warnings of pages since the last call. */
  synchronized List<String> takeErrors() {
    List<String> taken = List.copyOf(errors);
    errors.clear();
    return taken;
  }

  /** Calls a method of the protocol, and returns its result. */
  JsonNode call(String method, ObjectNode params) {
    int id = lastId.incrementAndGet();
    ObjectNode message = Json.object().put("id", id).put("method", method);
    message.set("params", params);
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    calls.put(id, answer);
    get(socket.sendText(message.toString(), true));
    JsonNode result = get(answer);
    assertTrue(result.has("result"), () -> method + ": " + result);
    return result.path("result");
  }

  /** Opens a page, and waits until its modules have run. */
  void open(URI page) {
    call("Page.navigate", Json.object().put("url", page.toString()));
    awaitTrue("location.href === '" + page + "' && document.readyState === 'complete'");
  }

  /** Sets the size of the window, and the colours that the user prefers. */
  void look(int width, int height, boolean dark) {
    call(
        "Emulation.setDeviceMetricsOverride",
        Json.object()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", width < 600));
    ObjectNode media = Json.object();
    ArrayNode features = media.putArray("features");
    String scheme = dark ? "dark" : "light";
    features.addObject().put("name", "prefers-color-scheme").put("value", scheme);
    // Pictures are of the ends of movements.
    features.addObject().put("name", "prefers-reduced-motion").put("value", "reduce");
    call("Emulation.setEmulatedMedia", media);
  }

  /** Returns the value of an expression in the page. */
  JsonNode value(String expression) {
    ObjectNode params =
        Json.object()
            .put("expression", expression)
            .put("returnByValue", true)
            .put("awaitPromise", true);
    JsonNode result = call("Runtime.evaluate", params);
    assertTrue(!result.has("exceptionDetails"), () -> expression + ": " + result);
    return result.path("result").path("value");
  }

  /** Waits until an expression is true in the page. */
  void awaitTrue(String expression) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!value("Boolean(" + expression + ")").asBoolean()) {
      assertTrue(
          System.nanoTime() < end,
          () -> "not in time: " + expression + " in " + value("document.body.innerText"));
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** Presses a key, with the modifiers of the protocol: 8 for Shift. */
  void press(String key, int modifiers) {
    ObjectNode down =
        Json.object()
            .put("type", "keyDown")
            .put("key", key)
            .put("code", key)
            .put("modifiers", modifiers)
            .put("windowsVirtualKeyCode", KEY_CODES.get(key));
    if (key.equals("Enter")) {
      down.put("text", "\r");
    }
    call("Input.dispatchKeyEvent", down);
    call("Input.dispatchKeyEvent", down.deepCopy().put("type", "keyUp").without("text"));
  }

  void press(String key) {
    press(key, 0);
  }

  /** Types a text, key by key. */
  void type(String text) {
    for (int i = 0; i < text.length(); i++) {
      call(
          "Input.dispatchKeyEvent",
          Json.object().put("type", "char").put("text", text.substring(i, i + 1)));
    }
  }

  /** Inserts a text at once. */
  void paste(String text) {
    call("Input.insertText", Json.object().put("text", text));
  }

  /** Writes a picture of what is seen. */
  void picture(Path file) {
    String data =
        call("Page.captureScreenshot", Json.object().put("format", "png")).path("data").asText();
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.write(file, Base64.getDecoder().decode(data));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    socket.abort();
    http.close();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
