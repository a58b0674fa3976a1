package kvasir.cli.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import kvasir.error.UserError;
import kvasir.file.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conversations with a server whose answers are known. */
class ChatSessionTest {
  @TempDir Path folder;

  private ScriptedServer server;
  private final StringBuilder answers = new StringBuilder();
  private final List<String> notes = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server = new ScriptedServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** Lines that a test has written. */
  private static final class Typed implements LineInput {
    private final Deque<String> lines;
    private final boolean interactive;
    private Runnable interrupt = () -> {};

    Typed(boolean interactive, String... lines) {
      this.lines = new ArrayDeque<>(List.of(lines));
      this.interactive = interactive;
    }

    @Override
    public Optional<String> read(boolean more) {
      return Optional.ofNullable(lines.poll());
    }

    @Override
    public void onInterrupt(Runnable action) {
      interrupt = action;
    }

    @Override
    public boolean interactive() {
      return interactive;
    }

    @Override
    public void close() {}
  }

  private void talk(Typed input) {
    talk(input, Optional.empty(), answers::append, false);
  }

  private void talk(Typed input, Optional<String> system, Consumer<String> out, boolean colours) {
    ChatSession.Screen screen = new ChatSession.Screen(out, notes::add, colours);
    try (ChatClient client = new ChatClient(server.base(), Optional.of("key"))) {
      assertEquals("scripted", client.model());
      new ChatSession(client, () -> {}, Json.object().put("seed", 5), system, input, screen).run();
    }
  }

  private static Typed person(String... lines) {
    return new Typed(true, lines);
  }

  private static List<String> contents(JsonNode request) {
    List<String> contents = new ArrayList<>();
    request.path("messages").forEach(m -> contents.add(m.path("content").asText()));
    return contents;
  }

  @Test
  void turnsAreRemembered() {
    server.thenText("One", ".").thenText("Two.").thenText("Three.");
    talk(
        person("a", "", "b", "/clear", "c\\", "d"),
        Optional.of("Be short."),
        answers::append,
        false);
    assertEquals("One.\nTwo.\nThree.\n", answers.toString());
    assertEquals(List.of("Be short.", "a"), contents(server.requests().get(0)));
    assertEquals(List.of("Be short.", "a", "One.", "b"), contents(server.requests().get(1)));
    assertEquals(List.of("Be short.", "c\nd"), contents(server.requests().get(2)));
    JsonNode request = server.requests().getFirst();
    assertEquals(5, request.path("seed").asInt());
    assertTrue(request.path("stream").asBoolean());
    assertEquals(List.of("the conversation is empty"), notes);
  }

  @Test
  void aConversationIsSaved() throws IOException {
    server.thenText("One.").thenText("Two.");
    Path file = folder.resolve("saved.json");
    Path other = Files.writeString(folder.resolve("other.json"), "mine");
    talk(person("//a", "/save " + file, "b", "/save " + file, "/save " + other, "/save"));
    JsonNode saved = Json.read(Files.readString(file));
    assertEquals(List.of("/a", "One.", "b", "Two."), contents(saved));
    assertEquals("assistant", saved.path("messages").path(3).path("role").asText());
    assertEquals("mine", Files.readString(other));
    assertEquals("saved 2 messages to " + file, notes.get(0));
    assertEquals("saved 4 messages to " + file, notes.get(1));
    assertTrue(notes.get(2).contains("exists already"), notes.get(2));
    assertTrue(notes.get(3).contains("no file is named"), notes.get(3));
  }

  /** An answer may hold what a terminal would obey; thoughts stand apart. */
  @Test
  void answersAreCleaned() {
    String[] stream = {
      ScriptedServer.delta("reasoning_content", "Hm\u001b[2J"),
      ": keep-alive",
      ScriptedServer.delta("content", "a\tb\u0007\u001b]0;x\u202e\n"),
      ScriptedServer.delta("content", "👩\u200d🚀"),
      ScriptedServer.end("length"),
      "data: [DONE]"
    };
    server.then(stream).then(stream);
    talk(person("a"), Optional.empty(), answers::append, true);
    assertEquals(
        "\u001b[2m(thinking)\nHm?[2J\n(answer)\n\u001b[0ma\tb??]0;x?\n👩\u200d🚀\n",
        answers.toString());
    assertEquals(List.of("(cut: the context or the limit of tokens is full)"), notes);
    answers.setLength(0);
    talk(new Typed(false, "a"));
    assertEquals("a\tb??]0;x?\n👩\u200d🚀\n", answers.toString());
  }

  @Test
  void aFailedAnswerIsNotRemembered() {
    server
        .then("400", "{\"error\":{\"message\":\"too\\nlong\",\"type\":\"t\"}}")
        .then("502", "<html>")
        .then(ScriptedServer.delta("content", "x"), "data: {\"error\":{\"message\":\"lost\"}}")
        .then(ScriptedServer.delta("content", "y"))
        .then("data: nonsense")
        .thenText("Fine.");
    talk(person("a", "b", "c", "d", "e", "f", "/nonsense"));
    assertEquals("x\ny\nFine.\n", answers.toString());
    assertEquals(
        List.of(
            "error: no answer: too long; ask again",
            "error: no answer: status 502; ask again",
            "error: no answer: lost; ask again",
            "error: no answer: the server has ended the answer early; ask again",
            "error: no answer: the server sent an event that is not JSON: nonsense; ask again",
            "error: /nonsense: is not known; /help lists what is"),
        notes);
    assertEquals(List.of("f"), contents(server.requests().getLast()));
  }

  /** In a pipe nobody reads errors and goes on. */
  @Test
  void aFailureEndsAPipe() {
    server.then("429", "{\"error\":{\"message\":\"busy\"}}");
    UserError error = assertThrows(UserError.class, () -> talk(new Typed(false, "a", "b")));
    assertEquals("no answer: busy; ask again", error.getMessage());
    assertEquals(1, server.requests().size());
  }

  @Test
  void anAnswerIsStopped() throws InterruptedException {
    server.then(ScriptedServer.delta("content", "word "), ScriptedServer.ENDLESS).thenText("b");
    Typed input = person("a", "next", "/stats");
    talk(
        input,
        Optional.empty(),
        piece -> {
          answers.append(piece);
          if (answers.length() == "word word word ".length()) {
            input.interrupt.run();
          }
        },
        false);
    server.awaitLeft();
    assertTrue(answers.toString().startsWith("word word word"), answers.toString());
    assertTrue(answers.toString().endsWith("\nb\n"), answers.toString());
    assertEquals("(stopped)", notes.getFirst());
    assertTrue(notes.getLast().startsWith("last answer: 1 tokens"), notes.getLast());
    assertTrue(notes.getLast().contains("all answers: 2,"), notes.getLast());
    assertEquals("next", contents(server.requests().getLast()).getLast());
  }
}
