package kvasir.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import kvasir.engine.batch.Counts;
import kvasir.engine.batch.RankState;
import kvasir.engine.serving.EngineState;
import kvasir.engine.serving.TokenEngine;
import kvasir.file.Json;

/** Endpoint that describes the world of ranks as it is now, for people who watch it. */
final class WorldEndpoint implements Endpoint {
  private final ServedModel model;
  private final TokenEngine engine;
  private final ServerMetrics metrics;
  private final String version;
  private final long start = System.nanoTime();

  /**
   * Creates the endpoint.
   *
   * @param version version of this program
   */
  WorldEndpoint(ServedModel model, TokenEngine engine, ServerMetrics metrics, String version) {
    this.model = model;
    this.engine = engine;
    this.metrics = metrics;
    this.version = version;
  }

  @Override
  public void answer(Exchange exchange) {
    EngineState state = engine.state();
    ObjectNode world =
        Json.object()
            .put("model", model.id())
            .put("context", model.context())
            .put("fingerprint", model.fingerprint())
            .put("version", version)
            .put("ready", state.ready())
            .put("uptime_ms", (System.nanoTime() - start) / 1_000_000)
            .put("requests", metrics.active());
    Counts counts = state.counts();
    world.putObject("sequences").put("running", counts.running()).put("waiting", counts.waiting());
    world
        .putObject("tokens")
        .put("prompt", counts.promptRows())
        .put("cached", counts.hitTokens())
        .put("output", counts.outputTokens())
        .put("recomputed", counts.recomputedRows());
    world.put("preemptions", counts.preemptions());
    ranks(state.ranks(), world.putArray("ranks"));
    exchange.header("Cache-Control", "no-store");
    exchange.send(200, world);
  }

  private static void ranks(List<RankState> ranks, ArrayNode list) {
    for (int rank = 0; rank < ranks.size(); rank++) {
      RankState state = ranks.get(rank);
      list.addObject()
          .put("rank", rank)
          .put("host", state.host())
          .put("threads", state.threads())
          .putObject("kv_blocks")
          .put("all", state.blocks())
          .put("held", state.held())
          .put("cached", state.cached());
    }
  }
}
