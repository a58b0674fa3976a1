package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import kvasir.engine.session.SessionLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions as a user has them: cut off, killed and gone on with. */
class SessionCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int RECORD = 16;
  private static final String TIMES = "\"timings\":\\{[^}]*}";
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();
  private static final Path DEMO = Path.of("experiments/demo-model/model").toAbsolutePath();
  private static final String SAMPLED =
      "--temperature 0.9 --top-k 20 --seed 3 --ignore-eos --repetition-penalty 1.2";

  @TempDir Path folder;

  private Path session() {
    return folder.resolve("a.session");
  }

  private static Launch.Result generate(Path model, String words) {
    Object[] first = {"generate", "--model", model};
    Object[] all = Stream.concat(Stream.of(first), Stream.of(words.split(" ", -1))).toArray();
    boolean processes = words.contains("--ranks") && !words.contains("inprocess");
    return processes ? Launch.kvasir(all) : Launch.here(all);
  }

  private Launch.Result resume(String words) {
    return generate(MODEL, "--session " + session() + " " + words);
  }

  private static String out(Launch.Result result) {
    assertEquals(0, result.code(), result.err());
    return result.out();
  }

  private static JsonNode tokens(Launch.Result result) throws IOException {
    return JSON.readTree(out(result)).get("tokens");
  }

  /** Cuts the last tokens off, and half of one more. */
  private void cut(int tokens) throws IOException {
    byte[] whole = Files.readAllBytes(session());
    Files.write(session(), Arrays.copyOf(whole, whole.length - tokens * RECORD - RECORD / 2));
  }

  @Test
  void aRunThatIsGoneOnWithPrintsWhatAnUndisturbedOnePrints() throws IOException {
    String words = "--tokens 1,2,3 --max-new-tokens 30 " + SAMPLED;
    String expected = out(generate(MODEL, words));
    Object[] kept = ("generate --model " + MODEL + " --session " + session()).split(" ", -1);
    assertEquals(
        expected,
        out(
            Launch.kvasir(
                Stream.concat(Stream.of(kept), Stream.of(words.split(" ", -1))).toArray())));
    byte[] whole = Files.readAllBytes(session());
    int ranks = 1;
    for (int lost : List.of(0, 4, 29)) {
      cut(lost);
      assertEquals(
          expected,
          out(resume("--max-new-tokens 30 --transport inprocess --ranks " + ranks)),
          lost + " lost");
      assertArrayEquals(whole, Files.readAllBytes(session()));
      ranks += 2;
    }
    Launch.Result again = resume("--max-new-tokens 30 --fingerprint");
    assertEquals(expected, out(again));
    assertTrue(again.err().contains("prefill 0 tokens"), again.err());
    assertEquals(
        out(generate(MODEL, words.replace("30", "12"))), out(resume("--max-new-tokens 12")));
    assertEquals(
        tokens(generate(MODEL, words.replace("30", "41") + " --json")),
        tokens(resume("--max-new-tokens 41 --json --transport inprocess --ranks 2")));
  }

  @Test
  void stopsAndEndTokensEndItAgainAndNothingIsComputed() throws IOException {
    String words = "--tokens 1,2,3 --max-new-tokens 40 " + SAMPLED;
    JsonNode all = tokens(generate(MODEL, words + " --json"));
    // Without a tokenizer the text is the ids: a stop string in the midst of them.
    String ending = all.get(9) + " " + all.get(10);
    Object[] command = {
      "generate", "--model", MODEL, "--session", session(), "--stop", ending, "--max-new-tokens", 40
    };
    Object[] begin =
        Stream.concat(
                Arrays.stream(command), Arrays.stream(("--tokens 1,2,3 " + SAMPLED).split(" ", -1)))
            .toArray();
    String expected = out(Launch.here(begin));
    assertEquals(expected, out(Launch.here(begin)));
    Launch.Result again = resume("--max-new-tokens 40 --ranks 2");
    assertEquals(expected, out(again));
    assertTrue(again.err().contains("prefill 0 tokens"), again.err());
    assertTrue(again.err().contains("stop"), again.err());
    cut(1);
    assertEquals(expected, out(resume("--max-new-tokens 40 --ranks 2 --transport inprocess")));
  }

  @Test
  void whatDiffersIsRefusedInOneLineOnOneRankAndOnSeveral() {
    out(resume("--tokens 1,2,3 --max-new-tokens 3 --seed 4 --kv-type f32"));
    resume("--kv-type f32 --seed 5").assertRefused("--seed 4");
    resume("--kv-type f32 --tokens 1,2 --ranks 3").assertRefused("prompt");
    resume("--kv-type f16 --ranks 2 --transport inprocess").assertRefused("--kv-type F32");
    generate(MODEL.resolveSibling("qwen2-bias-untied"), "--session " + session())
        .assertRefused("model");
    generate(MODEL, "--session " + folder.resolve("none")).assertRefused("no prompt");
    generate(MODEL, "--session /nowhere/at/all --tokens 1 --ranks 2 --transport inprocess")
        .assertRefused("/nowhere/at/all");
    out(resume("--kv-type f32 --seed 4 --tokens 1,2,3"));
  }

  @Test
  @Timeout(120)
  void aRunWhoseProcessesAreKilledIsGoneOnWithOnOtherRanks()
      throws IOException, InterruptedException {
    String prompt = "--tokens 1,80,147,201,282,57 --temperature 0.8 --seed 2 --ignore-eos";
    String keep = " --session " + session() + " --snapshot " + folder.resolve("blocks");
    Process launcher =
        Launch.builder(
                "launch/kvasir",
                Stream.concat(
                        Stream.of("generate", "--model", DEMO),
                        Stream.of(
                            (prompt + keep + " --ranks 3 --max-new-tokens 8000").split(" ", -1)))
                    .toArray())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    awaitTokens(launcher, 5);
    List<ProcessHandle> ranks = launcher.descendants().toList();
    launcher.toHandle().destroyForcibly();
    ranks.forEach(ProcessHandle::destroyForcibly);
    for (ProcessHandle rank : ranks) {
      rank.onExit().join();
    }
    int more = 20 + kept();
    String limit = " --json --max-new-tokens " + more;
    JsonNode resumed =
        tokens(generate(DEMO, limit.strip() + keep + " --ranks 2 --transport inprocess"));
    assertEquals(more, resumed.size());
    assertEquals(tokens(generate(DEMO, prompt + limit)), resumed);
  }

  @Test
  void blocksThatRanksKeptAreReadByOtherRanks() {
    String words = "--tokens " + "5,9,14,3,".repeat(11) + "8 --max-new-tokens 30 " + SAMPLED;
    String keep = " --snapshot " + folder.resolve("blocks");
    String expected = out(generate(MODEL, words + " --fingerprint --json")).replaceAll(TIMES, "");
    Launch.Result first = resume(words.replace("30", "20") + keep + " --ranks 2");
    assertTrue(first.err().contains("0 tokens read, 45 to prefill"), first.err());
    String resumed = "--max-new-tokens 30 --ranks 3 --transport inprocess";
    Launch.Result next = resume(resumed + keep);
    assertTrue(next.err().contains("64 tokens read, 1 to prefill"), next.err());
    assertEquals(out(generate(MODEL, words)), out(next));
    Launch.Result other =
        generate(MODEL, words + keep + " --transport inprocess --ranks 5 --fingerprint --json");
    assertTrue(other.err().contains("32 tokens read, 13 to prefill"), other.err());
    assertEquals(expected, out(other).replaceAll(TIMES, ""));
  }

  private int kept() {
    try (SessionLog log = SessionLog.open(session(), () -> null)) {
      return log.tokens().length;
    }
  }

  private void awaitTokens(Process launcher, int tokens) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    long header = 0;
    while (header == 0 || Files.size(session()) < header + (long) tokens * RECORD) {
      assertTrue(launcher.isAlive() && System.nanoTime() < end, "tokens come");
      if (header == 0 && Files.exists(session())) {
        header = Files.size(session());
      }
      Thread.sleep(5);
    }
  }

  @Test
  @Timeout(120)
  void theSecondOfTwoProcessesIsRefused() throws IOException, InterruptedException {
    String words = "--tokens 1,2 --ignore-eos --session " + session();
    Process first =
        Launch.builder(
                "launch/kvasir",
                Stream.concat(
                        Stream.of("generate", "--model", DEMO),
                        Stream.of((words + " --max-new-tokens 8000").split(" ", -1)))
                    .toArray())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      awaitTokens(first, 1);
      generate(DEMO, words).assertRefused("another process");
      assertTrue(first.isAlive());
    } finally {
      first.descendants().forEach(ProcessHandle::destroyForcibly);
      first.destroyForcibly().waitFor();
    }
    assertTrue(tokens(generate(DEMO, words + " --max-new-tokens 9 --json")).size() == 9);
  }
}
