package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server whose ranks are on several hosts, one of which is lost (S8). */
@Timeout(300)
class ServeHostsTest {
  private static final int STREAMS = 16;

  private static List<CompletableFuture<HttpResponse<String>>> all(ServedProcess server) {
    String request =
        "{\"prompt\":\"Here begins\",\"stream\":true,\"temperature\":0.9,\"max_tokens\":200,\"seed\":%d,%s}";
    return IntStream.range(0, STREAMS)
        .mapToObj(i -> server.completeLater(request.formatted(i, ServedProcess.ENDLESS)))
        .toList();
  }

  @Test
  void clientsOutliveALostHost(@TempDir Path folder) throws IOException {
    NamedHosts hosts = new NamedHosts(folder, "host1", "host2");
    try (ServedProcess server = ServedProcess.start(hosts, "--hosts", hosts.hostfile())) {
      List<String> undisturbed = ServedProcess.bodies(all(server));
      List<CompletableFuture<HttpResponse<String>>> disturbed = all(server);
      long before = server.metric("kvasir_chosen_tokens_total");
      ServedProcess.await(
          "tokens", () -> server.metric("kvasir_chosen_tokens_total") > before + STREAMS);
      server.run().kill(server.run().rank(1));
      List<String> bodies = ServedProcess.bodies(disturbed);
      for (int i = 0; i < STREAMS; i++) {
        assertEquals(
            ServedProcess.choices(undisturbed.get(i)),
            ServedProcess.choices(bodies.get(i)),
            "stream " + i);
      }
      assertEquals(1, server.metric("kvasir_world_rebuilds_total"));
    }
  }
}
