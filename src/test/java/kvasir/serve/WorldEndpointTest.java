package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import kvasir.measure.MachineFacts;
import org.junit.jupiter.api.Test;

/** The world as {@code GET /world} tells it, on two ranks. */
class WorldEndpointTest {
  private static JsonNode world(ServedDemo demo) {
    HttpResponse<String> response = demo.get("/world");
    assertEquals(200, response.statusCode(), response.body());
    assertEquals("no-store", response.headers().firstValue("Cache-Control").orElse(""));
    return ServedDemo.json(response.body());
  }

  private static int blocks(JsonNode world, String kind) {
    int sum = 0;
    for (JsonNode rank : world.path("ranks")) {
      sum += rank.path("kv_blocks").path(kind).asInt();
    }
    return sum;
  }

  @Test
  void ranksAndTheirBlocksAreTold() throws Exception {
    try (ServedDemo demo = ServedDemo.onRanks(2)) {
      JsonNode idle = world(demo);
      assertTrue(idle.path("ready").asBoolean());
      assertEquals(2, idle.path("ranks").size());
      assertEquals(MachineFacts.hostName(), idle.path("ranks").path(1).path("host").asText());
      assertEquals(1, idle.path("ranks").path(1).path("rank").asInt());
      assertEquals(1, idle.path("ranks").path(1).path("threads").asInt());
      assertTrue(idle.path("ranks").path(0).path("kv_blocks").path("all").asInt() > 0);
      assertEquals(0, blocks(idle, "held"));

      HttpRequest endless =
          HttpRequest.newBuilder(demo.uri("/v1/completions"))
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      ServedDemo.text(ServedDemo.ENDLESS, "{\"stream\":true}")))
              .build();
      InputStream stream =
          demo.http().send(endless, HttpResponse.BodyHandlers.ofInputStream()).body();
      assertEquals('d', stream.read());
      JsonNode busy = world(demo);
      assertEquals(1, busy.path("sequences").path("running").asInt());
      assertEquals(0, busy.path("sequences").path("waiting").asInt());
      assertTrue(blocks(busy, "held") > 0, busy::toString);
      assertEquals(5, busy.path("tokens").path("prompt").asInt());
      assertTrue(busy.path("tokens").path("output").asInt() > 0);
      ServedDemo.awaitTrue(
          "a block is whole", () -> world(demo).path("tokens").path("output").asInt() > 100);
      stream.close();

      ServedDemo.awaitTrue("blocks are released", () -> blocks(world(demo), "held") == 0);
      assertTrue(blocks(world(demo), "cached") > 0);
      assertEquals(0, world(demo).path("sequences").path("running").asInt());
    }
  }

  @Test
  void aWorldThatIsNotThereHasNoRanks() {
    try (ServedDemo demo = ServedDemo.start()) {
      demo.loop().close();
      ServedDemo.awaitTrue("the engine has ended", () -> !demo.loop().state().ready());
      ServedDemo.awaitTrue("the ranks are gone", () -> world(demo).path("ranks").isEmpty());
      assertFalse(world(demo).path("ready").asBoolean());
    }
  }
}
