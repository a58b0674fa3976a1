package kvasir.cli.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import kvasir.file.Json;

/** Server of the API whose answers a test has written. */
public final class ScriptedServer implements AutoCloseable {
  /** Line after which a stream goes on until its client leaves. */
  public static final String ENDLESS = ": endless";

  private final HttpServer server;
  private final BlockingQueue<List<String>> streams = new LinkedBlockingQueue<>();
  private final List<JsonNode> requests = new ArrayList<>();
  private final CountDownLatch left = new CountDownLatch(1);

  public ScriptedServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/v1/models", e -> whole(e, 200, "{\"data\":[{\"id\":\"scripted\"}]}"));
    server.createContext("/v1/chat/completions", this::answer);
    server.start();
  }

  public URI base() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
  }

  /** Adds an answer: lines of a stream, or an error as a status and a body. */
  public ScriptedServer then(String... lines) {
    streams.add(List.of(lines));
    return this;
  }

  /** Adds an answer of these pieces. */
  public ScriptedServer thenText(String... pieces) {
    String events =
        Arrays.stream(pieces).map(p -> delta("content", p)).collect(Collectors.joining("\n\n"));
    return then(events, end("stop"), "data: [DONE]");
  }

  /** Returns an event with a piece of text. */
  public static String delta(String field, String text) {
    return "data: {\"choices\":[{\"index\":0,\"delta\":{\"%s\":%s},\"finish_reason\":null}]}"
        .formatted(field, Json.line(text));
  }

  /** Returns the last event of a choice. */
  public static String end(String reason) {
    return "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"%s\"}]}"
        .formatted(reason);
  }

  /** Returns the requests so far. */
  public synchronized List<JsonNode> requests() {
    return List.copyOf(requests);
  }

  /** Waits until the client of an endless stream has left. */
  public void awaitLeft() throws InterruptedException {
    left.await();
  }

  private static void whole(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    remember(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    List<String> lines = streams.remove();
    if (lines.getFirst().matches("\\d{3}")) {
      whole(exchange, Integer.parseInt(lines.getFirst()), lines.getLast());
      return;
    }
    exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      for (String line : lines) {
        out.write((line + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
      while (lines.getLast().equals(ENDLESS)) {
        out.write((delta("content", "word ") + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
        Thread.sleep(10);
      }
    } catch (IOException e) {
      left.countDown();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void remember(String request) {
    try {
      requests.add(Json.read(request));
    } catch (JsonProcessingException e) {
      throw new AssertionError(request, e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
