package kvasir.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.http.client.jdk.JdkHttpClient;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiChatResponseMetadata;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** LangChain4j, over the JDK's HTTP client as it is. */
class LangChain4jTest {
  private static final List<ChatMessage> MESSAGES =
      List.of(SystemMessage.from(Demo.SYSTEM), UserMessage.from(Demo.QUESTION));

  /** A service as applications declare it. */
  interface Clerk {
    String answer(String question);
  }

  /** A service whose answers are streams. */
  interface Teller {
    TokenStream answer(String question);
  }

  private static OpenAiChatModel.OpenAiChatModelBuilder model() {
    return OpenAiChatModel.builder()
        .httpClientBuilder(JdkHttpClient.builder())
        .baseUrl(Demo.URL)
        .apiKey(Demo.KEY)
        .modelName(Demo.MODEL)
        .temperature(0.0)
        .maxRetries(0);
  }

  private static OpenAiStreamingChatModel.OpenAiStreamingChatModelBuilder streaming() {
    return OpenAiStreamingChatModel.builder()
        .httpClientBuilder(JdkHttpClient.builder())
        .baseUrl(Demo.URL)
        .apiKey(Demo.KEY)
        .modelName(Demo.MODEL)
        .temperature(0.0);
  }

  /** Collects a stream. */
  private static class Collected implements StreamingChatResponseHandler {
    final List<String> pieces = new ArrayList<>();
    final CompletableFuture<ChatResponse> whole = new CompletableFuture<>();

    @Override
    public void onPartialResponse(String piece) {
      pieces.add(piece);
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
      whole.complete(response);
    }

    @Override
    public void onError(Throwable error) {
      whole.completeExceptionally(error);
    }
  }

  @Test
  void chatIsAnswered() {
    ChatResponse response = model().build().chat(MESSAGES);
    assertEquals(Demo.ANSWER, response.aiMessage().text());
    assertEquals(FinishReason.STOP, response.finishReason());
    var usage = response.tokenUsage();
    assertEquals(usage.totalTokenCount(), usage.inputTokenCount() + usage.outputTokenCount());
  }

  @Test
  void chatIsStreamed() {
    Collected collected = new Collected();
    streaming().build().chat(MESSAGES, collected);
    ChatResponse response = Demo.await(collected.whole);
    assertEquals(Demo.ANSWER, response.aiMessage().text());
    assertEquals(Demo.ANSWER, String.join("", collected.pieces));
    assertTrue(collected.pieces.size() > 5, collected.pieces::toString);
    assertEquals(FinishReason.STOP, response.finishReason());
    assertTrue(response.tokenUsage().outputTokenCount() > 5);
  }

  @Test
  void aServiceRemembersTheConversation() {
    MessageWindowChatMemory memory = MessageWindowChatMemory.withMaxMessages(10);
    Clerk clerk =
        AiServices.builder(Clerk.class)
            .chatModel(model().build())
            .chatMemory(memory)
            .systemMessageProvider(id -> Demo.SYSTEM)
            .build();
    assertEquals(Demo.ANSWER, clerk.answer(Demo.QUESTION));
    assertEquals(
        "The code of Moritz Cooson is 9393.", clerk.answer("Which code does Moritz Cooson have?"));
    assertEquals(5, memory.messages().size());
  }

  @Test
  void aServiceStreams() {
    Teller teller =
        AiServices.builder(Teller.class)
            .streamingChatModel(streaming().build())
            .systemMessageProvider(id -> Demo.SYSTEM)
            .build();
    CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
    StringBuilder text = new StringBuilder();
    teller
        .answer(Demo.QUESTION)
        .onPartialResponse(text::append)
        .onCompleteResponse(whole::complete)
        .onError(whole::completeExceptionally)
        .start();
    assertEquals(Demo.ANSWER, Demo.await(whole).aiMessage().text());
    assertEquals(Demo.ANSWER, text.toString());
  }

  /** Log-probabilities are fields of its own kind for this client: they come as raw JSON. */
  @Test
  void tokensHaveLogProbabilities() {
    ChatResponse response =
        model()
            .customParameters(Map.of("logprobs", true, "top_logprobs", 2))
            .build()
            .chat(MESSAGES);
    OpenAiChatResponseMetadata metadata =
        assertInstanceOf(OpenAiChatResponseMetadata.class, response.metadata());
    String body = metadata.rawHttpResponse().body();
    assertTrue(body.contains("\"logprobs\":{\"content\":[{\"token\":\"The\",\"logprob\":"), body);
  }

  private static ChatRequest findRequest() {
    ToolSpecification find =
        ToolSpecification.builder()
            .name("find")
            .description("Finds a resident.")
            .parameters(
                JsonObjectSchema.builder()
                    .addBooleanProperty("exact")
                    .addEnumProperty("code", List.of("8779", "9393"))
                    .required("exact", "code")
                    .build())
            .build();
    return ChatRequest.builder()
        .messages(MESSAGES)
        .toolSpecifications(find)
        .toolChoice(ToolChoice.REQUIRED)
        .build();
  }

  @Test
  void toolsAreCalled() {
    ChatResponse whole = model().parallelToolCalls(false).build().chat(findRequest());
    Collected collected = new Collected();
    streaming().parallelToolCalls(false).build().chat(findRequest(), collected);
    for (ChatResponse response : List.of(whole, Demo.await(collected.whole))) {
      assertEquals(FinishReason.TOOL_EXECUTION, response.finishReason());
      List<ToolExecutionRequest> calls = response.aiMessage().toolExecutionRequests();
      assertEquals(1, calls.size());
      assertEquals("find", calls.getFirst().name());
      assertTrue(
          calls
              .getFirst()
              .arguments()
              .matches("\\{\"exact\":(true|false),\"code\":\"(8779|9393)\"}"),
          calls.getFirst()::arguments);
    }
  }

  /** An answer as an application declares it. */
  record Card(boolean found, Resident resident) {}

  /** A resident. */
  enum Resident {
    WANDA,
    MORITZ
  }

  /** A service whose answers are records. */
  interface Registrar {
    Card find(String question);
  }

  @Test
  void answersHaveSchemas() {
    Registrar registrar =
        AiServices.builder(Registrar.class)
            .chatModel(
                model()
                    .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
                    .strictJsonSchema(true)
                    .build())
            .build();
    assertNotNull(registrar.find(Demo.QUESTION).resident());
  }

  @Test
  void errorsHaveTypes() {
    InvalidRequestException bad =
        assertThrows(
            InvalidRequestException.class, () -> model().temperature(3.0).build().chat(MESSAGES));
    assertTrue(bad.getMessage().contains("\"param\":\"temperature\""), bad.getMessage());
    ModelNotFoundException unknown =
        assertThrows(
            ModelNotFoundException.class, () -> model().modelName("gpt-4o").build().chat(MESSAGES));
    assertTrue(unknown.getMessage().contains("model_not_found"), unknown.getMessage());
    AuthenticationException refused =
        assertThrows(
            AuthenticationException.class, () -> model().apiKey("another").build().chat(MESSAGES));
    assertTrue(refused.getMessage().contains("invalid_api_key"), refused.getMessage());
  }

  @Test
  void aStreamCanFail() {
    Collected collected = new Collected();
    streaming().temperature(3.0).build().chat(MESSAGES, collected);
    Throwable error =
        assertThrows(AssertionError.class, () -> Demo.await(collected.whole)).getCause();
    assertInstanceOf(InvalidRequestException.class, error);
    assertEquals(400, assertInstanceOf(HttpException.class, error.getCause()).statusCode());
  }

  @Test
  void aCancelledStreamEndsItsSequence() {
    CompletableFuture<Void> cancelled = new CompletableFuture<>();
    Collected collected =
        new Collected() {
          @Override
          public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
            pieces.add(piece.text());
            if (pieces.size() == 3) {
              context.streamingHandle().cancel();
              cancelled.complete(null);
            }
          }
        };
    streaming().logitBias(Demo.ENDLESS).build().chat(MESSAGES, collected);
    Demo.await(cancelled);
    Demo.awaitIdle();
    assertEquals(3, collected.pieces.size());
  }
}
