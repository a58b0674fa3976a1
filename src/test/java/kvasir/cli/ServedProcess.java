package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import kvasir.file.Json;

/** Server of the demo model in processes of its own, as a user starts it, and a client for it. */
final class ServedProcess implements AutoCloseable {
  /** Keeps a sequence running until its limit. */
  static final String ENDLESS = "\"logit_bias\":{\"0\":-100,\"2\":-100}";

  static final String MODEL = "experiments/demo-model/model";
  private static final long LIMIT_SECONDS = 120;

  private final FaultRun run;
  private final HttpClient http = HttpClient.newHttpClient();
  private final String base;

  private ServedProcess(FaultRun run) {
    this.run = run;
    run.awaitErrors(1, "kvasir: model at http://");
    base = run.notes().replaceFirst("(?s).*kvasir: model at (http://[0-9.:]+)/v1.*", "$1");
  }

  /** Starts a server and waits until it is ready. */
  static ServedProcess start(Object... options) {
    return new ServedProcess(FaultRun.start("launch/kvasir", words(options)));
  }

  /** Starts a server on hosts of which this one plays all. */
  static ServedProcess start(NamedHosts hosts, Object... options) {
    return new ServedProcess(FaultRun.start(hosts.builder("launch/kvasir", words(options))));
  }

  private static Object[] words(Object... options) {
    List<Object> words = new ArrayList<>(List.of("serve", "--model", MODEL, "--port", 0));
    words.addAll(List.of(options));
    return words.toArray();
  }

  /** Returns the server's address, without a path. */
  String base() {
    return base;
  }

  int port() {
    return URI.create(base).getPort();
  }

  FaultRun run() {
    return run;
  }

  /** Status of GET on a path. */
  int status(String path) {
    return get(path).statusCode();
  }

  private HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(URI.create(base + path)).build());
  }

  HttpResponse<String> complete(String body) {
    return send(completion(body));
  }

  CompletableFuture<HttpResponse<String>> completeLater(String body) {
    return http.sendAsync(completion(body), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest completion(String body) {
    return HttpRequest.newBuilder(URI.create(base + "/v1/completions"))
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Waits for the bodies of answers with status 200. */
  static List<String> bodies(List<CompletableFuture<HttpResponse<String>>> answers) {
    List<String> bodies = new ArrayList<>();
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      try {
        HttpResponse<String> response = answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertEquals(200, response.statusCode(), response.body());
        bodies.add(response.body());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      } catch (ExecutionException | TimeoutException e) {
        throw new AssertionError("an answer did not come", e);
      }
    }
    return bodies;
  }

  /** The events of each choice of a stream that is complete, without comments. */
  static SortedMap<Integer, List<JsonNode>> choices(String body) {
    SortedMap<Integer, List<JsonNode>> choices = new TreeMap<>();
    assertTrue(body.endsWith("data: [DONE]\n\n"), body);
    for (String event : body.split("\n\n", -1)) {
      if (event.startsWith("data: {")) {
        JsonNode choice = json(event.substring("data: ".length())).path("choices").path(0);
        choices
            .computeIfAbsent(choice.path("index").intValue(), i -> new ArrayList<>())
            .add(choice);
      }
    }
    return choices;
  }

  static JsonNode json(String text) {
    try {
      return Json.read(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }

  /** Returns all metrics. */
  String metrics() {
    return get("/metrics").body();
  }

  /** Returns the value of a metric without labels. */
  long metric(String name) {
    return metrics()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
        .sum();
  }

  static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not in time: " + what);
      sleep(10);
    }
  }

  static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    http.shutdownNow();
    run.close();
  }
}
