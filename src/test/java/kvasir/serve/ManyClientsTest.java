package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import kvasir.cli.Launch;
import org.junit.jupiter.api.Test;

/** The same answer for everyone: many clients at a time, alone, and {@code generate}. */
class ManyClientsTest {
  private static final int CLIENTS = 64;
  private static final int TOKENS = 24;

  private static String prompt(int client) {
    return client % 3 == 0 ? "Here begins the chronicle of" : "The code of Moritz " + client % 7;
  }

  private static String request(int client) {
    return """
        {"prompt":"%s","max_tokens":%d,"temperature":0.8,"top_p":0.95,"seed":%d,"ignore_eos":true}
        """
        .formatted(prompt(client), TOKENS, client);
  }

  private static String text(ServedDemo server, int client) {
    JsonNode answer = server.answer("/v1/completions", request(client));
    return answer.path("choices").path(0).path("text").textValue();
  }

  private static List<String> together(int ranks) throws Exception {
    try (ServedDemo server = ServedDemo.onRanks(ranks);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> answers =
          IntStream.range(0, CLIENTS)
              .mapToObj(client -> clients.submit(() -> text(server, client)))
              .toList();
      List<String> texts = new ArrayList<>();
      for (Future<String> answer : answers) {
        texts.add(answer.get());
      }
      return texts;
    } catch (ExecutionException e) {
      throw new AssertionError("a client failed on " + ranks + " ranks", e);
    }
  }

  private static String generated(int client) {
    Launch.Result result =
        Launch.run(
            "launch/kvasir",
            "generate",
            "--model",
            ServedDemo.MODEL,
            "--prompt",
            prompt(client),
            "--max-new-tokens",
            TOKENS,
            "--temperature",
            0.8,
            "--top-p",
            0.95,
            "--seed",
            client,
            "--ignore-eos");
    assertEquals(0, result.code(), result.err());
    return result.out();
  }

  @Test
  void everyoneHasTheTextThatTheyHaveAlone() throws Exception {
    List<String> alone;
    try (ServedDemo server = ServedDemo.start()) {
      alone = IntStream.range(0, CLIENTS).mapToObj(client -> text(server, client)).toList();
    }
    for (int ranks = 1; ranks <= 3; ranks++) {
      assertEquals(alone, together(ranks), "on ranks: " + ranks);
    }
    for (int client = 0; client < 2; client++) {
      assertEquals(alone.get(client) + "\n", generated(client));
    }
  }
}
