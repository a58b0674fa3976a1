package kvasir.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kvasir.cli.option.HardwareEstimate;
import kvasir.lab.predict.ClusterLayout;
import kvasir.lab.predict.Hardware;
import kvasir.lab.predict.LayoutCandidate;
import kvasir.lab.predict.LayoutChoice;
import kvasir.lab.predict.LayoutSearch.LayoutQuestion;
import kvasir.lab.predict.Prediction;
import kvasir.lab.predict.Setting;
import kvasir.model.ModelConfig;

/**
 * Report of predicted layouts and of the recommended one, for people and as JSON.
 *
 * @param model the model as the user named it
 * @param setting model and options that were predicted
 * @param question the cluster and the limits of the search
 * @param found hardware of a node and its origins
 * @param choice layouts that were predicted, and the recommended one
 */
record LayoutReport(
    String model,
    Setting setting,
    LayoutQuestion question,
    HardwareEstimate found,
    LayoutChoice choice) {
  private static final double GIBI = 1L << 30;
  private static final double MEBI = 1 << 20;

  private static final String HEAD =
      "  nodes ranks threads  ms/token tokens/s  weights       kv  compute      own  latency   "
          + " bytes  messages merge     shards  MiB/rank  GiB/node\n";

  private static final String LEGEND =
      """
      ms per token: reading weights and keys and values; arithmetic that outlasts that reading; what
      every rank does for itself (norms, rotation, copying, merging, starting threads); latency and
      bytes of messages. MiB/rank is what --memory-limit counts, the JVM with it.
      * recommended, - does not fit. Of fewer nodes only the best is shown.
      """;

  private static final List<String> LEFT_OUT =
      List.of(
          "ranks that wait for slower ones, noise of the system, networks that others use as well",
          "how messages of a node are routed: all nodes are as far from each other",
          "garbage collection, reading the model at the start",
          "caches: a model and a context that fit into them run faster",
          "memory of several sockets: a rank is taken to read from its own",
          "other kernels than the measured ones: shares of the limits come from two cores with"
              + " AVX-512, groups of two heads, bf16; larger groups are reckoned from the tiles of"
              + " the code");

  /** Report in the form that is printed as JSON. */
  record Json(
      String model,
      int context,
      @JsonProperty("weight_bytes") long weightBytes,
      @JsonProperty("kv_bytes_per_token") long tokenBytes,
      Hardware hardware,
      String origins,
      List<LayoutCandidate> layouts,
      LayoutCandidate recommended,
      List<String> reasons,
      List<String> notes,
      @JsonProperty("left_out") List<String> leftOut) {}

  Json json() {
    return new Json(
        model,
        question.context(),
        setting.weightBytes(),
        setting.tokenBytes(),
        found.hardware(),
        found.origins().strip(),
        choice.candidates(),
        choice.best().orElse(null),
        choice.reasons(),
        notes(),
        LEFT_OUT);
  }

  String text() {
    StringBuilder text = new StringBuilder(about()).append(found.origins()).append('\n');
    text.append(HEAD);
    shown().forEach(candidate -> text.append(row(candidate)));
    text.append('\n').append(LEGEND).append('\n');
    choice.best().ifPresent(best -> text.append(recommendation(best)));
    choice.reasons().forEach(reason -> text.append(reason).append('\n'));
    notes().forEach(note -> text.append(note).append('\n'));
    text.append("\nNot in the model:\n");
    LEFT_OUT.forEach(item -> text.append("- ").append(item).append('\n'));
    return text.toString();
  }

  private String about() {
    ModelConfig c = setting.model();
    return format(
        "%s: %d layers, %d query and %d KV heads, weights %.1f GiB, %.2f bytes each; KV in %s, %,d"
            + " bytes a token, %.1f GiB at %,d tokens%n",
        model,
        c.layers(),
        c.heads(),
        c.kvHeads(),
        setting.weightBytes() / GIBI,
        setting.bytesPerWeight(),
        setting.kvType().name().toLowerCase(Locale.ROOT),
        setting.tokenBytes(),
        (double) setting.tokenBytes() * question.context() / GIBI,
        question.context());
  }

  /**
   * Returns the layouts to print: all that use every node and, for each smaller number of nodes,
   * the fastest one.
   */
  private List<LayoutCandidate> shown() {
    List<Integer> nodes =
        choice.candidates().stream().map(c -> c.layout().nodes()).distinct().toList();
    List<LayoutCandidate> shown = new ArrayList<>();
    for (int n : nodes) {
      Stream<LayoutCandidate> layouts =
          choice.candidates().stream().filter(c -> c.layout().nodes() == n);
      if (n == question.nodes()) {
        layouts.forEach(shown::add);
      } else {
        LayoutChoice.shown(layouts.toList()).ifPresent(shown::add);
      }
    }
    return shown;
  }

  private String row(LayoutCandidate candidate) {
    ClusterLayout layout = candidate.layout();
    Prediction p = candidate.decode();
    boolean best = choice.best().filter(candidate::equals).isPresent();
    return format(
        "%s %5d %5d %7d %9.2f %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f %9d %-9s %6d %9.0f %9.1f%n",
        best ? "*" : candidate.fits() ? " " : "-",
        layout.nodes(),
        layout.ranks(),
        layout.threads(),
        p.total(),
        p.tokensPerSecond(),
        p.weights(),
        p.kv(),
        p.compute(),
        p.own(),
        p.latency(),
        p.bytes(),
        p.messages(),
        layout.ranks() == 1 ? "none" : p.merge().name().toLowerCase(Locale.ROOT),
        layout.shards(),
        p.memory().bytes() / MEBI,
        candidate.nodeBytes() / GIBI);
  }

  private static String recommendation(LayoutCandidate best) {
    ClusterLayout layout = best.layout();
    return format(
        "Recommended: --ranks %d --threads %d --shards %d%n",
        layout.ranks(), layout.threads(), layout.shards());
  }

  private List<String> notes() {
    return Stream.of(prompt(), beyond(), unusual()).filter(Objects::nonNull).toList();
  }

  private String prompt() {
    if (question.prompt() == 0 || choice.best().isEmpty()) {
      return null;
    }
    Prediction p = choice.best().get().prompt();
    return format(
        "A prompt of %,d tokens is read in %.1f s there, %.0f tokens/s; the largest part is %s.",
        question.prompt(),
        p.total() * question.prompt() / 1000,
        p.tokensPerSecond(),
        p.bottleneck());
  }

  private String beyond() {
    int most = setting.model().maxPositions();
    return question.context() <= most
        ? null
        : format(
            "Note: %,d tokens are beyond the model's context of %,d: time and memory are as said,"
                + " its text would be no good without longer positions.",
            question.context(), most);
  }

  /** Returns a note on layouts that were not predicted; null if there are none. */
  private String unusual() {
    int cores = found.hardware().cores();
    long all =
        IntStream.rangeClosed(1, cores)
            .filter(ranks -> cores % ranks == 0)
            .filter(ranks -> (long) ranks * question.nodes() > ClusterLayout.MOST_SHARDS)
            .count();
    return all == 0 || !question.ranksPerNode().isEmpty()
        ? null
        : format(
            "Note: layouts of more than %,d ranks are left out, the most that a run can have.",
            ClusterLayout.MOST_SHARDS);
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
