package kvasir.serve;

import static kvasir.serve.ServedDemo.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text of {@code /metrics}: the rules of Prometheus' format, also by its own checker (S59). */
class MetricsTest {
  private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
  private static final String NAME = "kvasir_[a-z]+(?:_[a-z]+)*";
  private static final Pattern HEAD = Pattern.compile("# (HELP|TYPE) (" + NAME + ") (\\S.*)");
  private static final Pattern SAMPLE =
      Pattern.compile(
          "("
              + NAME
              + ")(\\{[a-z]+=\"[^\"\\\\\\n]*\"(?:,[a-z]+=\"[^\"\\\\\\n]*\")*})? (\\d+(?:\\.\\d+)?)");

  private static ServedDemo demo;

  @BeforeAll
  static void start() {
    demo = ServedDemo.start();
    demo.answer("/v1/completions", text("{\"max_tokens\":3}"));
  }

  @AfterAll
  static void stop() {
    demo.close();
  }

  private static String metrics() {
    HttpResponse<String> response = demo.get("/metrics");
    assertEquals(
        "text/plain; version=0.0.4; charset=utf-8",
        response.headers().firstValue("content-type").orElse(""));
    return response.body();
  }

  /** Returns the metric that a sample belongs to. */
  private static String family(String name, Map<String, String> types) {
    String base = name.replaceFirst("_(bucket|sum|count)$", "");
    return "histogram".equals(types.get(base)) ? base : name;
  }

  @Test
  void eachMetricHasOneHelpOneTypeAndAFittingName() {
    String text = metrics();
    assertTrue(text.endsWith("\n"));
    Set<String> helped = new HashSet<>();
    Map<String, String> types = new LinkedHashMap<>();
    Set<String> series = new HashSet<>();
    String current = "";
    for (String line : text.lines().toList()) {
      Matcher head = HEAD.matcher(line);
      Matcher sample = SAMPLE.matcher(line);
      if (head.matches() && head.group(1).equals("HELP")) {
        assertTrue(helped.add(head.group(2)), line);
        current = head.group(2);
      } else if (head.matches()) {
        assertEquals(current, head.group(2), line);
        assertTrue(Set.of("counter", "gauge", "histogram").contains(head.group(3)), line);
        assertEquals(null, types.put(current, head.group(3)), line);
        assertEquals(head.group(3).equals("counter"), current.endsWith("_total"), line);
      } else {
        assertTrue(sample.matches(), line);
        assertEquals(current, family(sample.group(1), types), line);
        assertTrue(series.add(sample.group(1) + sample.group(2)), line);
      }
    }
    assertEquals(helped, types.keySet());
  }

  @Test
  void bucketsOfTimesGrowUpToTheCount() {
    List<String> lines = metrics().lines().toList();
    String name = "kvasir_request_seconds";
    long before = 0;
    for (String line : lines) {
      if (line.startsWith(name + "_bucket") || line.startsWith(name + "_count")) {
        long value = Long.parseLong(line.substring(line.indexOf(' ') + 1));
        assertTrue(value >= before, line);
        before = value;
      }
    }
    assertTrue(before > 0);
    assertTrue(lines.contains(name + "_bucket{le=\"+Inf\"} " + before), String.join("\n", lines));
  }

  @Test
  void labelsAreEscaped() {
    assertEquals("a=\"b\\\\c\\\"d\\ne\",f=\"\"", MetricsText.labels("a", "b\\c\"d\ne", "f", ""));
  }

  /** No label comes from a request. */
  @Test
  void requestsDoNotMakeTheTextGrow() {
    demo.get("/nowhere/first");
    demo.post("/v1/completions", text("{\"model\":\"m\"}"));
    long before = metrics().lines().count();
    for (int i = 0; i < 100; i++) {
      demo.get("/nowhere/" + i);
      demo.post("/v1/completions", text("{\"user\":\"u%d\",\"model\":\"m%d\"}".formatted(i, i)));
    }
    String after = metrics();
    assertEquals(before, after.lines().count());
    assertTrue(after.contains("kvasir_sequences_running 0\n"), after);
  }

  @Test
  void prometheusHasNothingToSay(@TempDir Path folder) throws Exception {
    assumeTrue(Files.isExecutable(PROMTOOL), "skipped: " + PROMTOOL + " is absent");
    Path text = Files.writeString(folder.resolve("metrics"), metrics());
    Process process =
        new ProcessBuilder(PROMTOOL.toString(), "check", "metrics")
            .redirectInput(text.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("said").toFile())
            .start();
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    String said = Files.readString(folder.resolve("said"), StandardCharsets.UTF_8);
    assertEquals("", said);
    assertEquals(0, process.exitValue(), said);
  }
}
