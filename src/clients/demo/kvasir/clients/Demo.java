package kvasir.clients;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * The server under test, and what all clients ask of it. The demo model is trained to find facts in
 * a document, so that the answer to its question is known.
 */
final class Demo {
  static final String URL = System.getenv("KVASIR_URL");
  static final String KEY = System.getenv("KVASIR_KEY");
  static final String MODEL = "model";

  static final String SYSTEM =
      "The code of Moritz Cooson is 9393. The code of Wanda Veewick is 8779.";
  static final String QUESTION = "Which code does Wanda Veewick have?";
  static final String ANSWER = "The code of Wanda Veewick is 8779.";

  /** Tokens that end a sequence, never chosen: the answer is as long as the limit allows. */
  static final Map<String, Integer> ENDLESS = Map.of("0", -100, "2", -100);

  private Demo() {}

  /** Returns the value of a future; an {@link AssertionError} has the cause of its failure. */
  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(150, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Waits until the server computes nothing. */
  static void awaitIdle() {
    Pattern gauge = Pattern.compile("^kvasir_sequences_running 0$", Pattern.MULTILINE);
    String text = "";
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (int i = 0; i < 1000; i++) {
        text = http.send(metrics(), HttpResponse.BodyHandlers.ofString()).body();
        if (gauge.matcher(text).find()) {
          return;
        }
        Thread.sleep(20);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    throw new AssertionError("sequences are still computed: " + text);
  }

  private static HttpRequest metrics() {
    return HttpRequest.newBuilder(URI.create(URL).resolve("/metrics"))
        .header("Authorization", "Bearer " + KEY)
        .build();
  }
}
