package kvasir.cli.chat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import kvasir.error.UserError;

/** Conversation of a user with a model. Used by one thread. */
public final class ChatSession {
  private static final String HELP =
      """
      /clear      forget the conversation
      /save FILE  write the conversation to a file, as JSON
      /stats      tokens and times
      /help       these lines
      /exit       end (or Ctrl-D)
      A line that ends with \\ goes on in the next one. // begins a text with a slash. Ctrl-C stops an answer.""";

  /**
   * Places to which a session writes.
   *
   * @param answers takes answers
   * @param notes takes lines for the user
   * @param colours whether answers may have colours
   */
  public record Screen(Consumer<String> answers, Consumer<String> notes, boolean colours) {}

  private final ChatClient client;
  private final Runnable requireServer;
  private final ObjectNode options;
  private final LineInput input;
  private final Screen screen;
  private final Conversation conversation;
  private final ChatStats stats = new ChatStats();

  /**
   * Creates a session.
   *
   * @param requireServer throws an exception if the server has ended for good
   * @param options fields of each request besides the messages
   * @param system the system's turn
   */
  public ChatSession(
      ChatClient client,
      Runnable requireServer,
      ObjectNode options,
      Optional<String> system,
      LineInput input,
      Screen screen) {
    this.client = client;
    this.requireServer = requireServer;
    this.options = options;
    this.input = input;
    this.screen = screen;
    this.conversation = new Conversation(system);
  }

  /**
   * Talks until the input ends.
   *
   * @throws UserError if an answer fails and nobody is there to try it again
   */
  public void run() {
    boolean goesOn = true;
    while (goesOn) {
      Optional<String> text = text();
      goesOn = text.isPresent() && take(text.get());
    }
  }

  /** Reads a text of one or several lines; empty at the end of the input. */
  private Optional<String> text() {
    StringBuilder text = new StringBuilder();
    Optional<String> line = input.read(false);
    while (line.isPresent() && line.get().endsWith("\\")) {
      text.append(line.get(), 0, line.get().length() - 1).append('\n');
      line = input.read(true);
    }
    boolean ended = line.isEmpty() && text.isEmpty();
    return ended ? Optional.empty() : Optional.of(text + line.orElse(""));
  }

  /** Takes what the user typed; returns false if it ends the session. */
  private boolean take(String text) {
    String stripped = text.strip();
    if (stripped.startsWith("/") && !stripped.startsWith("//")) {
      return command(stripped);
    }
    if (!stripped.isEmpty()) {
      answer(stripped.startsWith("//") ? stripped.substring(1) : text);
    }
    return true;
  }

  private boolean command(String text) {
    String[] words = text.split("\\s+", 2);
    String argument = words.length == 2 ? words[1] : "";
    switch (words[0]) {
      case "/clear" -> {
        conversation.clear();
        screen.notes().accept("the conversation is empty");
      }
      case "/save" -> save(argument);
      case "/stats" -> screen.notes().accept(stats.text());
      case "/help" -> screen.notes().accept(HELP);
      case "/exit", "/quit" -> {
        return false;
      }
      default -> failed(new UserError(words[0], "is not known", "/help lists what is"));
    }
    return true;
  }

  private void save(String name) {
    try {
      if (name.isEmpty()) {
        throw new UserError("/save", "no file is named", "write /save FILE");
      }
      conversation.save(Path.of(name));
      screen.notes().accept("saved " + conversation.turns() + " messages to " + name);
    } catch (InvalidPathException e) {
      failed(new UserError("/save", "is not a path", "write /save FILE", e));
    } catch (UserError e) {
      failed(e);
    }
  }

  /** Shows an error, or ends the session by it if nobody is there to read it. */
  private void failed(UserError error) {
    if (!input.interactive()) {
      throw error;
    }
    screen.notes().accept("error: " + error.getMessage());
  }

  private void answer(String text) {
    conversation.add("user", text);
    ObjectNode request = options.deepCopy().setAll(conversation.json());
    request.put("stream", true).putObject("stream_options").put("include_usage", true);
    StopRequest stop = new StopRequest();
    input.onInterrupt(stop::ask);
    AnswerScreen shown = new AnswerScreen(screen.answers(), input.interactive(), screen.colours());
    try {
      Answer answer = client.answer(request, stop, shown);
      shown.end();
      conversation.add("assistant", answer.text());
      stats.add(answer);
      sayWhy(answer);
    } catch (ChatFailure e) {
      shown.end();
      requireServer.run();
      // The question can be asked again.
      conversation.removeLast();
      failed(new UserError("no answer", e.getMessage(), "ask again", e));
    }
  }

  private void sayWhy(Answer answer) {
    if (answer.stopped()) {
      screen.notes().accept("(stopped)");
    } else if (answer.reason().equals("length")) {
      screen.notes().accept("(cut: the context or the limit of tokens is full)");
    }
  }
}
