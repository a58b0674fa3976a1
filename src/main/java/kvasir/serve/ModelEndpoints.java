package kvasir.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kvasir.engine.serving.EngineState;
import kvasir.engine.serving.TokenEngine;
import kvasir.file.Json;
import kvasir.text.WholeText;

/** Endpoints that tell about the model and the server. */
final class ModelEndpoints {
  /** Time without a step, while there is work, after which the engine counts as stuck. */
  private static final Duration STUCK = Duration.ofSeconds(60);

  private final ServedModel model;
  private final TokenEngine engine;
  private final ServerMetrics metrics;
  private final String version;

  /**
   * Creates the endpoints.
   *
   * @param version version of this program
   */
  ModelEndpoints(ServedModel model, TokenEngine engine, ServerMetrics metrics, String version) {
    this.model = model;
    this.engine = engine;
    this.metrics = metrics;
    this.version = version;
  }

  /** Adds the paths to a table. */
  void addTo(Routes routes) {
    routes.open("/health", this::health);
    routes.get("/metrics", this::metrics);
    routes.get("/version", e -> e.send(200, Json.object().put("version", version)));
    routes.get("/models", this::models);
    routes.getBelow("/models", this::model);
    routes.post("/tokenize", this::tokenize);
    routes.post("/detokenize", this::detokenize);
    routes.post("/apply-template", this::applyTemplate);
    routes.post("/responses", e -> unsupported("/v1/responses; use /v1/chat/completions"));
    routes.post("/embeddings", e -> unsupported("/v1/embeddings; it generates text alone"));
  }

  private void health(Exchange exchange) {
    EngineState state = engine.state();
    if (!state.ready()) {
      throw ApiError.unavailable("The model is not ready.");
    }
    if (state.quietNanos() > STUCK.toNanos()) {
      throw ApiError.unavailable(
          "The engine has not made a step for %d s.".formatted(state.quietNanos() / 1_000_000_000));
    }
    exchange.send(200, Json.object().put("status", "ok"));
  }

  private void metrics(Exchange exchange) {
    byte[] text = metrics.text(engine.state()).getBytes(StandardCharsets.UTF_8);
    exchange.send(200, ServerMetrics.MEDIA_TYPE, text);
  }

  private ObjectNode card() {
    return Json.object()
        .put("id", model.id())
        .put("object", "model")
        .put("created", model.created())
        .put("owned_by", "kvasir")
        .put("max_model_len", model.context());
  }

  private void models(Exchange exchange) {
    ObjectNode list = Json.object().put("object", "list");
    list.putArray("data").add(card());
    exchange.send(200, list);
  }

  private void model(Exchange exchange, String id) {
    if (!id.equals(model.id())) {
      throw CommonFields.unknownModel(WholeText.of(id), model);
    }
    exchange.send(200, card());
  }

  private void tokenize(Exchange exchange) {
    Fields fields = new Fields(JsonBody.read(exchange.client().body()));
    CommonFields.checkModel(fields, model);
    String name = fields.value("prompt").isPresent() ? "prompt" : "content";
    String text =
        fields.text(name).orElseThrow(() -> ApiError.invalid("prompt", "prompt is missing"));
    boolean special = fields.flag("add_special_tokens", fields.flag("add_special", true));
    int[] ids = special ? model.tokenizer().encode(text) : model.tokenizer().encodeBare(text);
    ObjectNode answer = Json.object().put("count", ids.length);
    answer.put("max_model_len", model.context());
    ArrayNode tokens = answer.putArray("tokens");
    for (int id : ids) {
      tokens.add(id);
    }
    if (fields.flag("return_token_strs", false)) {
      ArrayNode spelled = answer.putArray("token_strs");
      for (int id : ids) {
        spelled.add(TokenText.of(model.tokenizer(), id));
      }
    }
    exchange.send(200, answer);
  }

  private void detokenize(Exchange exchange) {
    Fields fields = new Fields(JsonBody.read(exchange.client().body()));
    CommonFields.checkModel(fields, model);
    JsonNode tokens =
        fields.list("tokens").orElseThrow(() -> ApiError.invalid("tokens", "tokens is missing"));
    List<String> texts = new ArrayList<>();
    if (!tokens.isEmpty()) {
      new PromptReader(model, Optional.of(texts)).ids("tokens", tokens);
    }
    String text = texts.isEmpty() ? "" : texts.getFirst();
    exchange.send(200, Json.object().put("prompt", text).put("content", text));
  }

  private void applyTemplate(Exchange exchange) {
    Fields fields = new Fields(JsonBody.read(exchange.client().body()));
    exchange.send(200, Json.object().put("prompt", ChatCall.prompt(fields, model).text()));
  }

  private static void unsupported(String path) {
    throw ApiError.request(404, "not_found", "This server has no " + path + ".");
  }
}
