package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import kvasir.Mpirun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server over ranks that are processes: their loss, and signals (S7, S8, S57, S60). */
@Timeout(300)
class ServeRanksTest {
  private static final int STREAMS = 32;

  /** Kinds of requests that are resumed in different ways. */
  private static String request(int number) {
    String more =
        switch (number % 8) {
          case 1, 5 -> ",\"logprobs\":2";
          case 2 -> ",\"n\":2";
          case 3 -> ",\"echo\":true,\"logprobs\":1";
          case 4 -> ",\"frequency_penalty\":0.5,\"repetition_penalty\":1.1";
          default -> "";
        };
    return """
        {"prompt":"Here begins the chronicle of","stream":true,"temperature":0.9,"max_tokens":200,"seed":%d,%s%s}
        """
        .formatted(number, ServedProcess.ENDLESS, more);
  }

  /** Returns a request that runs until the server ends. */
  private static String endless() {
    return request(0).replace("\"max_tokens\":200", "\"max_tokens\":9000");
  }

  private static List<CompletableFuture<HttpResponse<String>>> all(ServedProcess server) {
    return IntStream.range(0, STREAMS).mapToObj(i -> server.completeLater(request(i))).toList();
  }

  /** No client notices that rank 1 and then rank 0 is lost; without any rank streams end by S8. */
  @ParameterizedTest
  @ValueSource(strings = {"mpj", "native"})
  void clientsOutliveLostRanks(String transport) throws IOException {
    needFor(transport);
    try (ServedProcess server = ServedProcess.start("--ranks", 3, "--transport", transport)) {
      List<String> undisturbed = ServedProcess.bodies(all(server));
      Pattern exchanged =
          Pattern.compile("\nkvasir_exchange_seconds_total\\{rank=\"2\"} (?!0\\.000000)\\d");
      assertTrue(exchanged.matcher(server.metrics()).find(), server.metrics());
      List<CompletableFuture<HttpResponse<String>>> disturbed = new ArrayList<>(all(server));
      lose(server, 1);
      disturbed.add(server.completeLater(request(0)));
      ServedProcess.await("the world is rebuilt", () -> server.status("/health") == 200);
      lose(server, 0);
      List<String> bodies = ServedProcess.bodies(disturbed);
      for (int i = 0; i < bodies.size(); i++) {
        assertFalse(bodies.get(i).contains("\"error\""), bodies.get(i));
        assertEquals(
            ServedProcess.choices(undisturbed.get(i % STREAMS)),
            ServedProcess.choices(bodies.get(i)),
            "stream " + i);
      }
      assertEquals(2, server.metric("kvasir_world_rebuilds_total"));
      CompletableFuture<HttpResponse<String>> last = server.completeLater(endless());
      awaitTokens(server);
      server.run().kill(server.run().rank(0));
      String cut = ServedProcess.bodies(List.of(last)).getFirst();
      assertTrue(cut.contains("data: {\"error\":{\"message\":"), cut);
      assertFalse(cut.contains("[DONE]"), cut);
      FaultRun.Outcome outcome = server.run().outcome();
      assertEquals(3, outcome.code(), outcome.err());
      assertEquals(3, outcome.errors().size(), outcome.err());
      assertTrue(
          outcome.errors().getLast().endsWith("the run has ended, start it again"), outcome.err());
    }
  }

  /** Kills a rank while tokens are chosen, and waits until that is noticed. */
  private static void lose(ServedProcess server, int rank) {
    awaitTokens(server);
    server.run().kill(server.run().rank(rank));
    ServedProcess.await("the loss is noticed", () -> server.status("/health") == 503);
  }

  private static void needFor(String transport) {
    if (transport.equals("native")) {
      Mpirun.need();
    }
  }

  private static void awaitTokens(ServedProcess server) {
    long before = server.metric("kvasir_chosen_tokens_total");
    ServedProcess.await(
        "tokens", () -> server.metric("kvasir_chosen_tokens_total") > before + STREAMS);
  }

  /** S60: the stream ends as if nothing had happened, also if a rank is lost meanwhile. */
  @ParameterizedTest
  @CsvSource({
    "mpj,TERM,false,false",
    "mpj,INT,false,true",
    "native,TERM,false,true",
    "mpj,TERM,true,false",
    "mpj,INT,true,false"
  })
  void aSignalLetsRunningRequestsEnd(String transport, String signal, boolean toAll, boolean loses)
      throws IOException {
    needFor(transport);
    try (ServedProcess server = ServedProcess.start("--ranks", 2, "--transport", transport)) {
      CompletableFuture<HttpResponse<String>> stream = server.completeLater(request(0));
      awaitTokens(server);
      if (toAll) {
        // As Slurm and terminals do; ranks leave the decision to the process that started them.
        server.run().processes().forEach(process -> FaultRun.send(signal, process));
      } else {
        server.run().signal(signal, server.run().launcher());
      }
      server.run().awaitErrors(1, "kvasir: stopping when running requests have ended");
      assertEquals(503, server.complete(request(1)).statusCode());
      assertEquals(503, server.status("/health"));
      if (loses) {
        server.run().kill(server.run().rank(1));
      }
      assertEquals(
          201,
          ServedProcess.choices(ServedProcess.bodies(List.of(stream)).getFirst()).get(0).size());
      FaultRun.Outcome outcome = server.run().outcome();
      assertEquals(0, outcome.code(), outcome.err());
    }
  }

  /** The attention of ranks reaches the process that serves. */
  @Test
  void attentionComesFromAllRanks() throws IOException {
    try (ServedProcess server = ServedProcess.start("--ranks", 2)) {
      String prompt = "The code of Moritz Cooson is 9393. ".repeat(20);
      String request =
          "{\"prompt\":\"%s\",\"temperature\":0,\"max_tokens\":9,\"kvasir_attention\":true}";
      HttpResponse<String> answer = server.complete(request.formatted(prompt));
      assertEquals(200, answer.statusCode(), answer.body());
      assertTrue(answer.body().contains("\"kvasir_attention\":{\"tokens\":9,"), answer.body());
      assertTrue(answer.body().contains("{\"rank\":1,\"share\":0."), answer.body());
    }
  }

  @Test
  void aSecondSignalEndsTheServerAtOnce() throws IOException {
    try (ServedProcess server = ServedProcess.start("--ranks", 2)) {
      CompletableFuture<HttpResponse<String>> stream = server.completeLater(endless());
      awaitTokens(server);
      server.run().signal("TERM", server.run().launcher());
      server.run().awaitErrors(1, "kvasir: stopping when running requests have ended");
      server.run().signal("TERM", server.run().launcher());
      FaultRun.Outcome outcome = server.run().outcome();
      assertEquals(143, outcome.code(), outcome.err());
      stream.orTimeout(10, TimeUnit.SECONDS).exceptionally(e -> null).join();
    }
  }
}
