package kvasir.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Spring AI's starter, configured as an application is. */
class SpringAiTest {
  /** An application without code of its own. */
  @SpringBootApplication
  static class Application {}

  private static ConfigurableApplicationContext context;
  private static ChatClient client;

  @BeforeAll
  static void start() {
    context =
        SpringApplication.run(
            Application.class,
            "--spring.ai.openai.base-url=" + Demo.URL,
            "--spring.ai.openai.api-key=" + Demo.KEY,
            "--spring.ai.openai.chat.model=" + Demo.MODEL,
            "--spring.ai.openai.chat.temperature=0",
            "--spring.main.banner-mode=off",
            "--logging.level.root=warn");
    client = context.getBean(ChatClient.Builder.class).defaultSystem(Demo.SYSTEM).build();
  }

  @AfterAll
  static void stop() {
    context.close();
  }

  @Test
  void chatIsAnswered() {
    ChatResponse response = client.prompt().user(Demo.QUESTION).call().chatResponse();
    assertEquals(Demo.ANSWER, response.getResult().getOutput().getText());
    assertEquals("STOP", response.getResult().getMetadata().getFinishReason());
    var usage = response.getMetadata().getUsage();
    assertEquals(usage.getTotalTokens(), usage.getPromptTokens() + usage.getCompletionTokens());
  }

  @Test
  void chatIsStreamed() {
    List<String> pieces =
        client.prompt().user(Demo.QUESTION).stream().content().collectList().block();
    assertEquals(Demo.ANSWER, String.join("", pieces));
    assertTrue(pieces.size() > 5, pieces::toString);
  }

  /** Asks for log-probabilities, which this client sends and does not show. */
  @Test
  void logProbabilitiesLeaveTheAnswer() {
    ChatResponse response =
        client
            .prompt()
            .user(Demo.QUESTION)
            .options(OpenAiChatOptions.builder().logprobs(true).topLogprobs(2))
            .call()
            .chatResponse();
    assertEquals(Demo.ANSWER, response.getResult().getOutput().getText());
  }

  @Test
  void answersHaveSchemas() {
    String schema =
        """
        {"type": "object", "properties": {"found": {"type": "boolean"}},
         "required": ["found"], "additionalProperties": false}""";
    String text =
        client
            .prompt()
            .user(Demo.QUESTION)
            .options(OpenAiChatOptions.builder().outputSchema(schema))
            .call()
            .content();
    assertTrue(text.matches("\\{\"found\":(true|false)}"), text);
  }

  /** A tool as an application declares it; an answer of its own ends the conversation. */
  static class Register {
    private final List<Boolean> asked = new ArrayList<>();

    @Tool(description = "Finds a resident.", returnDirect = true)
    String find(boolean exact) {
      asked.add(exact);
      return "Wanda";
    }
  }

  @Test
  void toolsAreCalled() {
    Register register = new Register();
    String text =
        client
            .prompt()
            .user(Demo.QUESTION)
            .tools(register)
            .options(OpenAiChatOptions.builder().toolChoice("required").parallelToolCalls(false))
            .call()
            .content();
    assertEquals(1, register.asked.size());
    assertTrue(text.contains("Wanda"), text);
  }

  @Test
  void errorsHaveTypes() {
    RuntimeException bad =
        assertThrows(
            RuntimeException.class,
            () ->
                client
                    .prompt()
                    .user(Demo.QUESTION)
                    .options(OpenAiChatOptions.builder().temperature(3.0))
                    .call()
                    .content());
    assertTrue(bad.getMessage().contains("temperature"), bad::toString);
    OpenAiChatOptions options =
        OpenAiChatOptions.builder()
            .baseUrl(Demo.URL)
            .apiKey("another")
            .model(Demo.MODEL)
            .maxRetries(0)
            .build();
    ChatClient stranger = ChatClient.create(OpenAiChatModel.builder().options(options).build());
    RuntimeException refused =
        assertThrows(
            RuntimeException.class, () -> stranger.prompt().user(Demo.QUESTION).call().content());
    assertTrue(refused.getMessage().contains("401"), refused::toString);
  }

  @Test
  void aCancelledStreamEndsItsSequence() {
    List<String> pieces =
        client
            .prompt()
            .user(Demo.QUESTION)
            .options(OpenAiChatOptions.builder().logitBias(Demo.ENDLESS))
            .stream()
            .content()
            .filter(piece -> !piece.isEmpty())
            .take(3)
            .collectList()
            .block();
    assertEquals(3, pieces.size());
    Demo.awaitIdle();
  }
}
