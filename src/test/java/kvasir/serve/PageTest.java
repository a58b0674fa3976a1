package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import kvasir.file.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The page in a real browser, used by keyboard alone, with pictures in {@code target/page}. Skipped
 * where there is no {@code chromium}.
 */
class PageTest {
  private static final Path PICTURES = Path.of("target/page");
  private static final String QUESTION = "Who lives here?";
  private static final String ANSWERED = "document.querySelector('.message:last-child .facts div')";
  private static final String ANSWER = "document.querySelector('.message:last-child .body')";
  private static final String STATUS = "document.getElementById('status').textContent";

  @TempDir static Path data;
  private static ServedDemo demo;
  private static Browser browser;

  @BeforeAll
  static void start() throws IOException {
    Optional<Path> program = Browser.program();
    assumeTrue(program.isPresent(), "chromium is not installed");
    demo = ServedDemo.onRanks(2);
    browser = Browser.start(program.get(), data);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    if (demo != null) {
      demo.close();
    }
  }

  @AfterEach
  void nothingIsWrongOnTheConsole() {
    assertEquals(List.of(), browser.takeErrors());
    browser.value("localStorage.clear()");
  }

  private static void open(int width, int height, boolean dark) {
    browser.look(width, height, dark);
    browser.open(demo.uri("/"));
    browser.awaitTrue("document.getElementById('model').textContent === 'demo'");
  }

  /** Presses Tab, or Shift and Tab, until an element has the focus. */
  private static void tabTo(String selector, int modifiers) {
    String reached = "document.activeElement.matches('" + selector + "')";
    for (int i = 0; i < 40 && !browser.value(reached).asBoolean(); i++) {
      browser.press("Tab", modifiers);
    }
    assertTrue(browser.value(reached).asBoolean(), "the Tab key does not reach " + selector);
  }

  private static void tabBackTo(String selector) {
    tabTo(selector, 8);
  }

  /** Sets temperature 0 and a number of tokens in the dialog. */
  private static void settings(int maxTokens) {
    tabBackTo("#settings-open");
    browser.press("Enter");
    browser.awaitTrue("document.querySelector('dialog').open");
    tabTo("[name=temperature]", 0);
    browser.type("0");
    tabTo("[name=max_tokens]", 0);
    browser.type(String.valueOf(maxTokens));
  }

  private static void saveSettings() {
    browser.press("Enter");
    browser.awaitTrue("!document.querySelector('dialog').open");
    tabTo("#input", 0);
  }

  private static void ask(String text) {
    browser.type(text);
    browser.press("Enter");
  }

  private static String answerOfTheApi(int maxTokens) {
    String request =
        """
        {"messages": [{"role": "user", "content": "%s"}], "temperature": 0, "max_tokens": %d}\
        """;
    return demo.answer("/v1/chat/completions", request.formatted(QUESTION, maxTokens))
        .path("choices")
        .path(0)
        .path("message")
        .path("content")
        .asText();
  }

  private static boolean fitsTheWindow() {
    return browser
        .value("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        .asBoolean();
  }

  @ParameterizedTest
  @CsvSource({"1280, 800, false", "1280, 800, true", "390, 844, false", "390, 844, true"})
  void aConversationIsTypedAndAnswered(int width, int height, boolean dark) {
    String name = "%d-%s".formatted(width, dark ? "dark" : "light");
    open(width, height, dark);
    assertEquals("input", browser.value("document.activeElement.id").asText());
    String ground = browser.value("getComputedStyle(document.body).backgroundColor").asText();
    assertEquals(dark ? "rgb(23, 24, 27)" : "rgb(255, 255, 255)", ground);

    settings(8);
    browser.picture(PICTURES.resolve("settings-" + name + ".png"));
    assertTrue(fitsTheWindow());
    saveSettings();

    browser.type("Who lives");
    browser.press("Enter", 8);
    assertEquals("Who lives\n", browser.value("document.getElementById('input').value").asText());
    browser.press("Backspace");
    ask(" here?");
    browser.awaitTrue(ANSWERED);
    assertEquals(answerOfTheApi(8).strip(), browser.value(ANSWER + ".innerText").asText().strip());
    String facts = browser.value("document.querySelector('.facts').innerText").asText();
    // All tokens may come at once; then there is no rate.
    assertTrue(
        facts.matches(
            "(?s)([0-9.]+ tokens/s\\s+)?first after [0-9.]+ s\\s+8 tokens\\s+cut by the limit of"
                + " tokens.*"),
        facts);

    tabBackTo(".facts button:nth-child(2)");
    browser.press("Enter");
    browser.awaitTrue("document.querySelector('.attention')");
    String shares = browser.value("document.querySelector('.shares').innerText").asText();
    assertTrue(shares.matches("Rank 0\\s+100\\.0 %"), shares);
    browser.picture(PICTURES.resolve("attention-" + name + ".png"));
    browser.press("Enter");
    browser.awaitTrue("!document.querySelector('.attention')");

    tabBackTo("#world-toggle");
    browser.press("Enter");
    browser.awaitTrue("document.querySelectorAll('.rank').length === 2");
    browser.awaitTrue("document.querySelector('.tile b').textContent !== '–'");
    browser.picture(PICTURES.resolve("world-" + name + ".png"));
    assertTrue(fitsTheWindow());
    browser.press("Escape");
    browser.awaitTrue("document.getElementById('world').hidden");
    browser.picture(PICTURES.resolve("chat-" + name + ".png"));
  }

  @Test
  void escapeStopsAnAnswer() {
    open(1280, 800, false);
    // An answer that does not end by itself.
    browser.value("window.asked = fetch");
    browser.value(
        "window.fetch = (url, options) => asked(url, options?.body ? {...options, body: JSON"
            + ".stringify({...JSON.parse(options.body), ignore_eos: true})} : options)");
    ask(QUESTION);
    browser.awaitTrue(ANSWER + ".innerText.length > 20");
    browser.press("Escape");
    browser.awaitTrue(ANSWERED);
    assertEquals("Stopped.", browser.value(STATUS).asText());
    String facts = browser.value("document.querySelector('.facts').innerText").asText();
    assertTrue(facts.contains("stopped"), facts);
    demo.awaitIdle();
  }

  @Test
  void conversationsAreKeptNamedAndDeleted() {
    open(390, 844, false);
    settings(4);
    saveSettings();
    ask("Who lives here?");
    browser.awaitTrue(ANSWERED);
    tabBackTo("#open-side");
    browser.press("Enter");
    tabTo("#new", 0);
    browser.press("Enter");
    browser.awaitTrue("document.querySelectorAll('.message').length === 0");
    ask("And <b>there</b>?");
    browser.awaitTrue(ANSWERED);
    assertEquals(
        "And <b>there</b>?", browser.value("document.querySelector('.body').innerText").asText());

    browser.open(demo.uri("/?again"));
    browser.awaitTrue("document.querySelectorAll('.message').length === 2");
    assertEquals(2, browser.value("document.querySelectorAll('#conversations li').length").asInt());
    tabBackTo("#open-side");
    browser.press("Enter");
    tabTo("#conversations .current .icon", 0);
    browser.picture(PICTURES.resolve("conversations-390-light.png"));
    browser.press("Enter");
    browser.type("Another town");
    browser.press("Enter");
    String names =
        "[...document.querySelectorAll('#conversations .name')].map(n => n.textContent).join('|')";
    assertEquals("Another town|Who lives here?", browser.value(names).asText());

    tabTo("[aria-label^=\"Delete Another\"]", 0);
    browser.press("Enter");
    assertEquals("Who lives here?", browser.value(names).asText());
    tabTo("#status button", 0);
    browser.press("Enter");
    assertEquals("Another town|Who lives here?", browser.value(names).asText());
  }

  @Test
  void textOfModelsNeverBecomesMarkup() {
    open(1280, 800, true);
    String text =
        "# Title\\n\\nA **bold** word, `code <i>`, *em* and 2 * 3 ** 4.\\n\\n- one\\n- two **b**\\n\\n"
            + "3. three\\n4. four\\n\\n```html\\n<script>alert(1)</script>\\n\\n**x**\\n```\\n"
            + "<img src=x onerror=alert(1)> [link](https://site.example)";
    browser.value(
        "import('/page/markdown.js').then(m => { window.box = document.createElement('div');"
            + " box.className = 'body'; document.getElementById('messages').append(box);"
            + " for (let i = 1; i <= '"
            + text
            + "'.length; i++) m.render(box, '"
            + text
            + "'.slice(0, i)); })");
    JsonNode html = browser.value("box.innerHTML");
    assertEquals(
        "<h3>Title</h3><p>A <strong>bold</strong> word, <code>code &lt;i&gt;</code>, <em>em</em>"
            + " and 2 * 3 ** 4.</p><ul><li>one</li><li>two <strong>b</strong></li></ul>"
            + "<ol start=\"3\"><li>three</li><li>four</li></ol>"
            + "<pre tabindex=\"0\"><code>&lt;script&gt;alert(1)&lt;/script&gt;\n\n**x**</code></pre>"
            + "<p>&lt;img src=x onerror=alert(1)&gt; [link](https://site.example)</p>",
        html.asText());
    browser.picture(PICTURES.resolve("markdown-1280-dark.png"));
  }

  /** A prompt that fills blocks of both ranks. */
  @Test
  void theAttentionOfAnAnswerIsShown() {
    open(1280, 800, false);
    settings(12);
    saveSettings();
    browser.paste("The code of Moritz Cooson is 9393. ".repeat(60) + "What is the code?");
    browser.press("Enter");
    browser.awaitTrue(ANSWERED);
    tabBackTo(".facts button:nth-child(2)");
    browser.press("Enter");
    browser.awaitTrue("document.querySelector('.attention')");
    assertEquals(2, browser.value("document.querySelectorAll('.shares li').length").asInt());
    assertTrue(browser.value("document.querySelectorAll('.strip rect').length").asInt() > 8);
    assertEquals(8, browser.value("document.querySelectorAll('.blocks li').length").asInt());
    browser.value("document.querySelector('.attention').scrollIntoView()");
    assertEquals(0, browser.value("document.scrollingElement.scrollTop").asInt());
    browser.picture(PICTURES.resolve("attention-long-1280-light.png"));
  }

  @Test
  void errorsAreShownInWords() {
    open(390, 844, true);
    settings(4);
    saveSettings();
    browser.paste("word ".repeat(10_000));
    browser.press("Enter");
    browser.awaitTrue(ANSWERED);
    String problem = browser.value("document.querySelector('.problem').innerText").asText();
    assertTrue(problem.startsWith("The conversation is longer than the model's context."), problem);
    // The browser itself reports an answer with status 400.
    List<String> errors = browser.takeErrors();
    assertEquals(1, errors.size(), errors::toString);
    assertTrue(errors.getFirst().contains("status of 400"), errors::toString);
  }

  /** The key is the password that a browser asks for, and sends with all that the page loads. */
  @Test
  void aServerWithAKeyHasThePageToo() {
    AccessRules access = AccessRules.of(Optional.of("s3cret"), Set.of());
    try (ServedDemo keyed = ServedDemo.start(ServerLimits.of(8), access)) {
      browser.look(1280, 800, false);
      String base = keyed.uri("/").toString();
      browser.call("Page.navigate", Json.object().put("url", base.replace("//", "//me:s3cret@")));
      browser.awaitTrue("document.getElementById('model')?.textContent === 'demo'");
      settings(4);
      saveSettings();
      ask(QUESTION);
      browser.awaitTrue(ANSWERED);
      assertEquals("", browser.value("document.querySelector('.problem').innerText").asText());
    }
  }
}
