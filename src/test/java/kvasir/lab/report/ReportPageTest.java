package kvasir.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import kvasir.lab.experiment.Answer;
import kvasir.lab.experiment.Arm;
import kvasir.lab.experiment.ExperimentKind;
import kvasir.lab.experiment.ExperimentResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {
  private static final Pattern ID = Pattern.compile("\\sid=\"([^\"]*)\"");
  private static final Pattern REFERENCE = Pattern.compile("url\\(#([^)]*)\\)");
  private static final String HOSTILE = "</script><img src=x onerror=alert(1)>\"'&\u0001";

  @TempDir Path folder;

  private String page(List<ExperimentResult> results) throws IOException {
    ReportPage.write(results, folder);
    return Files.readString(folder.resolve("report.html"));
  }

  private List<String> plots() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("plots"))) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void everyKindHasItsSectionAndItsPlots() throws IOException {
    String page = page(Demo.all());
    for (String id :
        List.of(
            "summary",
            "words",
            "machine",
            "scaling",
            "layouts",
            "roofline",
            "memory",
            "attention",
            "blocks",
            "merge",
            "network",
            "load",
            "communication",
            "mass",
            "results")) {
      assertTrue(page.contains("<section id=\"" + id + "\">"), id);
      assertTrue(page.contains("href=\"#" + id + "\""), id);
    }
    List<String> plots = plots();
    for (String plot :
        List.of(
            "strong-speed-up-tg32",
            "strong-efficiency-tg32",
            "weak-weak-tg32-d4096-per-worker",
            "layouts-speed-tg32-d1024",
            "layouts-time-tg32-d1024",
            "roofline-roofline",
            "memory-memory",
            "memory-memory-speed",
            "prefill-prompt",
            "prefill-generation",
            "blocks-block-size",
            "merge-merge-speed",
            "merge-merge-exposed",
            "network-latency",
            "network-rate",
            "load-throughput",
            "load-first-token-p50",
            "load-first-token-p99",
            "load-between-tokens-p50",
            "load-between-tokens-p99",
            "layouts-communication",
            "mass-mass",
            "mass-mass-2")) {
      assertTrue(plots.contains(plot + ".svg"), plot + " in " + plots);
    }
  }

  @Test
  void plotsAreXmlAndHoldTextAsText() throws Exception {
    page(Demo.all());
    for (String plot : plots()) {
      Path file = folder.resolve("plots").resolve(plot);
      var document =
          DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(file.toFile());
      assertEquals("svg", document.getDocumentElement().getTagName(), plot);
      assertTrue(document.getElementsByTagName("text").getLength() > 3, plot);
    }
    assertTrue(
        Files.readString(folder.resolve("plots/strong-speed-up-tg32.svg"))
            .contains("unfair, oversubscribed"));
  }

  @Test
  void idsAreUniqueAndReferencesMeetThem() throws IOException {
    String page = page(Demo.all());
    List<String> ids = new ArrayList<>();
    Matcher id = ID.matcher(page);
    while (id.find()) {
      ids.add(id.group(1));
    }
    assertEquals(ids.size(), new HashSet<>(ids).size());
    Matcher reference = REFERENCE.matcher(page);
    while (reference.find()) {
      assertTrue(ids.contains(reference.group(1)), reference.group(1));
    }
  }

  @Test
  void pageNeedsNothingElse() throws IOException {
    String page = page(Demo.all());
    assertFalse(page.contains("<script"));
    assertFalse(page.contains("src="));
    assertFalse(page.contains("@import"));
    assertFalse(Pattern.compile("(?<!xmlns=\")(?<!xmlns:xlink=\")https?://").matcher(page).find());
  }

  @Test
  void hostileTextStaysText() throws IOException {
    Arm arm = Fixture.skipped(Fixture.arm("1x1" + HOSTILE, 1, 1, "none"), HOSTILE);
    Arm asked = Fixture.arm("2x1" + HOSTILE, 2, 1, HOSTILE);
    Answer answer =
        new Answer(
            HOSTILE, HOSTILE, true, List.of(0), List.of(0.5, 0.5), HOSTILE, List.of(0.5, 0.5));
    String page =
        page(
            List.of(
                new ExperimentResult(
                    Fixture.definition(ExperimentKind.ATTENTION_MASS, HOSTILE, HOSTILE),
                    List.of(arm, asked),
                    List.of(
                        Fixture.answers(asked, answer), Fixture.run(1, asked, List.of(), HOSTILE))),
                Fixture.result(
                    Fixture.definition(ExperimentKind.THREADS_VS_PROCESSES, HOSTILE, HOSTILE),
                    List.of(asked),
                    a -> List.of(Fixture.Values.of(HOSTILE, 10)))));
    assertFalse(page.contains("<img"));
    assertFalse(page.contains("</script>"));
    assertFalse(page.contains("\u0001"));
    assertTrue(page.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"));
    for (String plot : plots()) {
      assertTrue(plot.matches("[a-z0-9-]+\\.svg"), plot);
    }
  }

  @Test
  void everyKindWithoutRunsGivesAPage() throws IOException {
    for (ExperimentKind kind : ExperimentKind.values()) {
      ExperimentResult empty =
          new ExperimentResult(
              Fixture.definition(kind, "empty", "Nothing?"),
              List.of(Fixture.arm("1x1", 1, 1, "none")),
              List.of());
      assertTrue(page(List.of(empty)).contains("No run has ended yet."), kind.name());
    }
    assertTrue(page(List.of()).contains("</html>"));
  }

  @Test
  void everyKindWithOneRunOrAFailureGivesAPage() throws IOException {
    Arm arm = Fixture.arm("1x1", 1, 1, "none");
    Arm two = Fixture.arm("2x1-native", 2, 1, "native");
    for (ExperimentKind kind : ExperimentKind.values()) {
      String page =
          page(
              List.of(
                  new ExperimentResult(
                      Fixture.definition(kind, "one", "One?"),
                      List.of(arm, two),
                      List.of(
                          Fixture.run(
                              0,
                              arm,
                              List.of(Fixture.row(arm, Fixture.Values.of("tg32", 10).times(null))),
                              ""),
                          Fixture.run(0, two, List.of(), "error: no memory")))));
      assertTrue(page.contains("error: no memory"), kind.name());
      assertTrue(page.contains("failed, without tg32"), kind.name());
      assertTrue(page.contains("1 run of 2 failed"), kind.name());
    }
  }

  @Test
  void answersAndWordsComeBeforeNumbersAndPlots() throws IOException {
    String page = page(List.of(Fixture.layouts()));
    int answer = page.indexOf("Threads of one process are faster");
    int words = page.indexOf("<dt>tg32</dt>");
    int number = page.indexOf("best is 1×2");
    int plot = page.indexOf("<svg");
    assertTrue(0 < answer && answer < words && words < number && number < plot, page);
  }

  @Test
  void nothingIsMeasuredYetIsSaidOnlyWhereThatIsSoU5() throws IOException {
    for (ExperimentResult result : Demo.all()) {
      String page = page(List.of(result));
      assertFalse(page.contains("Nothing is measured yet."), result.definition().name());
    }
  }

  @Test
  void plotsOfUnfairStartsSayNothing() throws IOException {
    ExperimentResult unfair = Fixture.unfair(Fixture.layouts());
    String page = page(List.of(unfair)).replaceAll("(?s)<dl>.*</dl>", "");
    assertTrue(page.contains("There is no answer"), page);
    assertFalse(Pattern.compile("Most goes|best is|slower than").matcher(page).find());
  }

  @Test
  void filesAreWholeOrAbsent() throws IOException {
    page(Demo.all());
    try (Stream<Path> files = Files.walk(folder)) {
      assertTrue(files.noneMatch(f -> f.toString().endsWith(".new")));
    }
  }
}
