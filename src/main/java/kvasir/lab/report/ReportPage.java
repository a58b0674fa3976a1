package kvasir.lab.report;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import kvasir.error.UserError;
import kvasir.file.WholeFile;
import kvasir.lab.experiment.ExperimentKind;
import kvasir.lab.experiment.ExperimentResult;

/**
 * The report of experiments: a self-contained page {@code report.html}, its plots as {@code
 * plots/NAME.svg}, and its numbers in {@code report.csv} and {@code report.json}.
 */
public final class ReportPage {
  private static final String HEAD =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>Kvasir: experiments</title>
      <link rel="icon" href="data:,">
      <style>
      """;

  private final List<Study> studies;
  private final Figures figures = new Figures();
  private final List<Section> sections = new ArrayList<>();

  /** A section of the page, to which the navigation links. */
  private record Section(String id, String title, Markup content) {}

  private ReportPage(List<Study> studies) {
    this.studies = studies;
  }

  /**
   * Writes the report of experiments into a directory, which is made if it is missing; throws a
   * {@link UserError} if the JDK has no fonts or a file cannot be written.
   */
  public static void write(List<ExperimentResult> results, Path directory) {
    // Plots are drawn without a screen.
    System.setProperty("java.awt.headless", "true");
    checkFonts();
    ReportPage page = new ReportPage(results.stream().map(Study::of).toList());
    String html = page.html();
    page.figures
        .files()
        .forEach(
            (name, svg) ->
                WholeFile.write(
                    directory.resolve("plots").resolve(name + ".svg"),
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svg + "\n"));
    WholeFile.write(directory.resolve("report.csv"), DataFiles.csv(page.studies));
    WholeFile.write(directory.resolve("report.json"), DataFiles.json(page.studies));
    // The page is written last, so that all files that it names exist.
    WholeFile.write(directory.resolve("report.html"), html);
  }

  /** Checks that fonts can be used; without fonts each version of the JDK throws something else. */
  private static void checkFonts() {
    try {
      new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics().getFontMetrics();
    } catch (RuntimeException | LinkageError | InternalError e) {
      throw new UserError(
          "experiment report",
          "this JDK finds no fonts to draw plots with",
          "install some: apt-get install fontconfig fonts-dejavu-core",
          e);
    }
  }

  private String html() {
    add("summary", studies.size() == 1 ? "Answer" : "Answers", SummarySection.of(studies));
    add("words", "Words and abbreviations", Legend.of(studies));
    addPlots();
    add(
        "results",
        "All results",
        each(EnumSet.allOf(ExperimentKind.class), (s, f) -> ResultSection.of(s)));
    add("machine", "Machine and method", MachineSection.of(studies));
    Markup links =
        Markup.join(
            sections.stream()
                .map(s -> Markup.element("a", Map.of("href", "#" + s.id()), Markup.text(s.title())))
                .toList());
    List<Markup> body = new ArrayList<>();
    body.add(Markup.element("h1", "Kvasir: experiments"));
    body.add(Markup.element("p", MachineSection.intro(studies)));
    body.add(Markup.element("nav", links));
    for (Section s : sections) {
      body.add(
          Markup.element(
              "section", Map.of("id", s.id()), Markup.element("h2", s.title()), s.content()));
    }
    body.add(Markup.element("footer", "The same numbers: report.csv and report.json."));
    Markup main = Markup.element("main", Markup.join(body));
    return HEAD + Style.CSS + "</style>\n</head>\n<body>\n" + main.html() + "</body>\n</html>\n";
  }

  private void addPlots() {
    topic(
        "scaling",
        "Scaling",
        ScalingSection::of,
        ExperimentKind.STRONG_SCALING,
        ExperimentKind.WEAK_SCALING);
    topic(
        "layouts",
        "Threads against processes",
        LayoutSection::of,
        ExperimentKind.THREADS_VS_PROCESSES);
    topic("roofline", "Roofline", RooflineSection::of, ExperimentKind.ROOFLINE);
    topic("memory", "Memory by length", LengthSections::memory, ExperimentKind.ATTENTION_MEMORY);
    topic(
        "attention",
        "Standard and streaming attention",
        LengthSections::prefillDecode,
        ExperimentKind.PREFILL_DECODE);
    topic("blocks", "Block size", SweepSections::blockSize, ExperimentKind.BLOCK_SIZE);
    topic("merge", "Merge topology", SweepSections::merge, ExperimentKind.MERGE_TOPOLOGY);
    topic("network", "Network", SweepSections::network, ExperimentKind.NETWORK);
    topic("load", "Load and latency", LoadSection::of, ExperimentKind.SERVING_LOAD);
    topic("mass", "Attention by rank", MassSection::of, ExperimentKind.ATTENTION_MASS);
    add(
        "communication",
        "Communication share",
        each(EnumSet.allOf(ExperimentKind.class), ShareSection::of));
    add(
        "predictions",
        "Cost model",
        each(EnumSet.allOf(ExperimentKind.class), PredictionSection::of));
  }

  /** Adds a section with numbers in words and plots of the experiments of some kinds. */
  private void topic(
      String id,
      String title,
      BiFunction<Study, Figures, Markup> plots,
      ExperimentKind first,
      ExperimentKind... others) {
    add(
        id,
        title,
        each(
            EnumSet.of(first, others),
            (study, all) -> {
              Markup content = study.runs().isEmpty() ? Markup.NONE : plots.apply(study, all);
              return Markup.join(SummarySection.numbers(study), content);
            }));
  }

  private void add(String id, String title, Markup content) {
    if (!content.isEmpty()) {
      sections.add(new Section(id, title, content));
    }
  }

  /**
   * Returns the content of a section for each experiment of some kinds, below the experiment's
   * name.
   */
  private Markup each(Set<ExperimentKind> kinds, BiFunction<Study, Figures, Markup> section) {
    List<Markup> parts = new ArrayList<>();
    for (Study study : studies) {
      boolean concerned = kinds.contains(study.definition().kind());
      Markup content = concerned ? section.apply(study, figures) : Markup.NONE;
      if (!content.isEmpty()) {
        parts.add(Markup.element("h3", study.name()));
        parts.add(content);
      }
    }
    return Markup.join(parts);
  }
}
