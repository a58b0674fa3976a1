package kvasir.clients;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.RequestOptions;
import com.openai.core.http.AsyncStreamResponse;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIIoException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionTokenLogprob;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.chat.completions.StructuredChatCompletion;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** OpenAI's own client for Java. */
class OpenAiJavaTest {
  private static final OpenAIClient CLIENT = client(Demo.KEY);

  private static OpenAIClient client(String key) {
    return OpenAIOkHttpClient.builder().baseUrl(Demo.URL).apiKey(key).maxRetries(0).build();
  }

  @AfterAll
  static void close() {
    CLIENT.close();
  }

  private static ChatCompletionCreateParams.Builder chat() {
    return ChatCompletionCreateParams.builder()
        .model(Demo.MODEL)
        .addSystemMessage(Demo.SYSTEM)
        .addUserMessage(Demo.QUESTION)
        .temperature(0);
  }

  private static ChatCompletionCreateParams.Builder endless() {
    return chat().putAdditionalBodyProperty("logit_bias", JsonValue.from(Demo.ENDLESS));
  }

  @Test
  void models() {
    assertEquals(
        Demo.MODEL, CLIENT.models().list().items().stream().findFirst().orElseThrow().id());
    assertEquals(Demo.MODEL, CLIENT.models().retrieve(Demo.MODEL).validate().id());
  }

  @Test
  void chatIsAnswered() {
    ChatCompletion answer = CLIENT.chat().completions().create(chat().build()).validate();
    ChatCompletion.Choice choice = answer.choices().getFirst();
    assertEquals(Demo.ANSWER, choice.message().content().orElseThrow());
    assertEquals(ChatCompletion.Choice.FinishReason.STOP, choice.finishReason());
    assertTrue(choice.message().toolCalls().isEmpty());
    var usage = answer.usage().orElseThrow();
    assertEquals(usage.totalTokens(), usage.promptTokens() + usage.completionTokens());
  }

  @Test
  void chatIsStreamed() {
    ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
    ChatCompletionCreateParams request =
        chat()
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    List<String> deltas = new ArrayList<>();
    try (StreamResponse<ChatCompletionChunk> stream =
        CLIENT.chat().completions().createStreaming(request)) {
      stream.stream()
          .map(accumulator::accumulate)
          .flatMap(event -> event.validate().choices().stream())
          .flatMap(choice -> choice.delta().content().stream())
          .filter(delta -> !delta.isEmpty())
          .forEach(deltas::add);
    }
    assertEquals(Demo.ANSWER, String.join("", deltas));
    assertTrue(deltas.size() > 5, deltas::toString);
    ChatCompletion whole = accumulator.chatCompletion();
    assertEquals(Demo.ANSWER, whole.choices().getFirst().message().content().orElseThrow());
    assertTrue(whole.usage().orElseThrow().completionTokens() > 5);
  }

  @Test
  void promptsAreContinued() {
    CompletionCreateParams request =
        CompletionCreateParams.builder()
            .model(Demo.MODEL)
            .prompt("Here begins the chronicle of")
            .maxTokens(20)
            .temperature(0)
            .build();
    String expected = " Ceestead. The code of Moritz Cooson is 9393. The code of";
    assertEquals(
        expected, CLIENT.completions().create(request).validate().choices().getFirst().text());
    StringBuilder text = new StringBuilder();
    try (StreamResponse<Completion> stream = CLIENT.completions().createStreaming(request)) {
      stream.stream().forEach(event -> text.append(event.choices().getFirst().text()));
    }
    assertEquals(expected, text.toString());
  }

  @Test
  void tokensHaveLogProbabilities() {
    ChatCompletion answer =
        CLIENT.chat().completions().create(chat().logprobs(true).topLogprobs(2).build()).validate();
    List<ChatCompletionTokenLogprob> entries =
        answer.choices().getFirst().logprobs().orElseThrow().content().orElseThrow();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (ChatCompletionTokenLogprob entry : entries) {
      entry.bytes().orElseThrow().forEach(b -> bytes.write(b.intValue()));
      assertEquals(2, entry.topLogprobs().size());
      assertEquals(entry.logprob(), entry.topLogprobs().getFirst().logprob());
    }
    assertArrayEquals(Demo.ANSWER.getBytes(StandardCharsets.UTF_8), bytes.toByteArray());
  }

  /** Resident whom a tool finds, or an answer of that form. */
  @JsonClassDescription("Finds a resident.")
  static class Find {
    public boolean exact;
    public Code code;
  }

  /** Code of a resident. */
  enum Code {
    WANDA,
    MORITZ
  }

  @Test
  void toolsAreCalled() {
    ChatCompletionCreateParams request =
        chat()
            .addTool(Find.class)
            .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED)
            .parallelToolCalls(false)
            .build();
    ChatCompletion whole = CLIENT.chat().completions().create(request).validate();
    ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
    try (StreamResponse<ChatCompletionChunk> stream =
        CLIENT.chat().completions().createStreaming(request)) {
      stream.stream().forEach(event -> accumulator.accumulate(event.validate()));
    }
    for (ChatCompletion answer : List.of(whole, accumulator.chatCompletion())) {
      ChatCompletion.Choice choice = answer.choices().getFirst();
      assertEquals(ChatCompletion.Choice.FinishReason.TOOL_CALLS, choice.finishReason());
      var calls = choice.message().toolCalls().orElseThrow();
      assertEquals(1, calls.size());
      var function = calls.getFirst().asFunction().function();
      assertEquals("Find", function.name());
      assertNotNull(function.arguments(Find.class).code);
    }
  }

  @Test
  void answersHaveSchemas() {
    StructuredChatCompletion<Find> answer =
        CLIENT.chat().completions().create(chat().responseFormat(Find.class).build());
    assertNotNull(answer.choices().getFirst().message().content().orElseThrow().code);
  }

  @Test
  void errorsHaveTypes() {
    BadRequestException bad =
        assertThrows(
            BadRequestException.class,
            () -> CLIENT.chat().completions().create(chat().temperature(3).build()));
    assertEquals("temperature", bad.param().orElseThrow());
    assertEquals("invalid_request_error", bad.type().orElseThrow());
    assertTrue(bad.code().isEmpty());
    BadRequestException late =
        assertThrows(
            BadRequestException.class,
            () ->
                CLIENT
                    .chat()
                    .completions()
                    .createStreaming(chat().addUserMessage("a b c d ".repeat(4000)).build()));
    assertEquals("context_length_exceeded", late.code().orElseThrow());
    NotFoundException unknown =
        assertThrows(
            NotFoundException.class,
            () -> CLIENT.chat().completions().create(chat().model("gpt-4o").build()));
    assertEquals("model_not_found", unknown.code().orElseThrow());
    assertThrows(
        NotFoundException.class,
        () ->
            CLIENT
                .embeddings()
                .create(EmbeddingCreateParams.builder().model(Demo.MODEL).input("a").build()));
    OpenAIClient stranger = client("another");
    UnauthorizedException refused =
        assertThrows(
            UnauthorizedException.class,
            () -> stranger.chat().completions().create(chat().build()));
    assertEquals("invalid_api_key", refused.code().orElseThrow());
    stranger.close();
  }

  @Test
  void aClosedStreamEndsItsSequence() {
    try (StreamResponse<ChatCompletionChunk> stream =
        CLIENT.chat().completions().createStreaming(endless().build())) {
      assertEquals(3, stream.stream().limit(3).count());
    }
    Demo.awaitIdle();
  }

  @Test
  void aClosedAsynchronousStreamEndsItsSequence() {
    AsyncStreamResponse<ChatCompletionChunk> stream =
        CLIENT.async().chat().completions().createStreaming(endless().build());
    CompletableFuture<ChatCompletionChunk> first = new CompletableFuture<>();
    stream.subscribe(
        event -> {
          stream.close();
          first.complete(event);
        });
    assertFalse(Demo.await(first).choices().isEmpty());
    Demo.awaitIdle();
  }

  /** A cancelled future does not cancel its request in this client; a timeout does. */
  @Test
  void aRequestThatTimesOutEndsItsSequence() {
    RequestOptions options = RequestOptions.builder().timeout(Duration.ofMillis(500)).build();
    assertThrows(
        OpenAIIoException.class,
        () -> CLIENT.chat().completions().create(endless().build(), options));
    Demo.awaitIdle();
  }
}
