package kvasir.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.Set;

/**
 * A conversation, as a chat template gets it.
 *
 * @param messages the messages, in the form of OpenAI's API; not changed
 * @param tools the tools, or the null node
 * @param documents the documents, or the null node
 * @param addGenerationPrompt true to begin a new turn of the assistant
 * @param continueFinalMessage true to leave the last message open, so that the answer continues it
 * @param variables further variables; none has a name of {@link #RESERVED}
 * @param now the time that templates see
 */
public record ChatInput(
    ArrayNode messages,
    JsonNode tools,
    JsonNode documents,
    boolean addGenerationPrompt,
    boolean continueFinalMessage,
    Map<String, JsonNode> variables,
    LocalDateTime now) {
  /** Roles of OpenAI's API that a message may have. */
  public static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool");

  /** Names that no further variable may have. */
  public static final Set<String> RESERVED =
      Set.of(
          "messages",
          "tools",
          "documents",
          "add_generation_prompt",
          "continue_final_message",
          "chat_template",
          "bos_token",
          "eos_token");

  public ChatInput {
    tools = tools == null ? NullNode.instance : tools;
    documents = documents == null ? NullNode.instance : documents;
    variables = Map.copyOf(variables);
  }

  /** Returns a conversation without tools, at whose end the assistant has its turn. */
  public static ChatInput of(ArrayNode messages, LocalDateTime now) {
    return new ChatInput(messages, null, null, true, false, Map.of(), now);
  }
}
