package kvasir.experiment;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import kvasir.error.UserError;

/** Refuses what no run could do, before any has begun. */
final class DefinitionCheck {
  private static final int MOST_RANKS = 1 << 16;
  private static final int MOST_TOKENS = 1 << 24;
  private static final int MOST_RUNS = 1000;
  private static final Set<String> TRANSPORTS = Set.of("mpj", "native", "inprocess");
  private static final Set<String> ATTENTION = Set.of("streaming", "standard");
  private static final Set<String> MERGES =
      Set.of("auto", "tree", "butterfly", "alltoall", "gather");
  private static final Set<String> KV_TYPES = Set.of("f32", "f16", "bf16");
  private static final Set<String> BINDINGS = Set.of("core", "numa", "none");
  private static final Set<String> FILLS = Set.of("synthetic", "prefill");
  private static final Pattern LATENCY = Pattern.compile("|\\d{1,6}(\\.\\d{1,6})?(ns|us|ms|s)");
  private static final Pattern RATE = Pattern.compile("|\\d{1,6}[kmg]bit");
  private static final Pattern HEAP = Pattern.compile("\\d{1,6}[mg]");
  private static final Pattern WARM_UP = Pattern.compile("steady|\\d{1,4}(\\.\\d{1,3})?");

  private final String file;

  private DefinitionCheck(String file) {
    this.file = file;
  }

  /** Throws on the first field that is no good. */
  static void check(String file, Definition d) {
    DefinitionCheck check = new DefinitionCheck(file);
    check.range("ranks", d.ranks(), 1, MOST_RANKS);
    check.range("threads", d.threads(), 1, MOST_RANKS);
    check.numbers("block-size", d.blockSizes(), 0, MOST_TOKENS);
    check.range("prompt", d.prompt(), 1, MOST_TOKENS);
    check.range("gen", d.gen(), 1, MOST_TOKENS);
    check.numbers("depth", d.depth(), 0, MOST_TOKENS);
    check.range("depth-per-rank", d.depthPerRank(), 0, MOST_TOKENS);
    check.range("repetitions", List.of(d.repetitions()), 1, MOST_RUNS);
    check.range("samples", List.of(d.samples()), 1, MOST_RUNS);
    check.range("cores", List.of(d.cores()), 0, MOST_RANKS);
    check.range("layers", List.of(d.layers()), 0, MOST_RUNS);
    check.range("shards", List.of(d.shards()), 1, MOST_RANKS);
    check.names("transports", d.transports(), TRANSPORTS);
    check.names("attention", d.attention(), ATTENTION);
    check.names("merge", d.merge(), MERGES);
    check.names("kv-type", List.of(d.kvType()), KV_TYPES);
    check.names("bind", List.of(d.bind()), BINDINGS);
    check.names("fill", List.of(d.fill()), FILLS);
    check.forms("added-latency", d.addedLatencies(), LATENCY, "write 50us or 1ms");
    check.forms("rate", d.rates(), RATE, "write 100mbit or 10gbit");
    check.forms("heap", List.of(d.heap()), HEAP, "write 512m or 2g");
    check.forms("warm-up", List.of(d.warmUp()), WARM_UP, "write \"steady\" or \"5\"");
    if (d.prompt().isEmpty() && d.gen().isEmpty() && d.kind() != Kind.ATTENTION_MASS) {
      throw new UserError(file, "nothing to measure", "give prompt or gen tokens");
    }
  }

  private void numbers(String field, List<Integer> values, int least, int most) {
    filled(field, values);
    range(field, values, least, most);
  }

  private void range(String field, List<Integer> values, int least, int most) {
    for (Integer value : values) {
      if (value == null || value < least || value > most) {
        throw new UserError(
            file, "field '" + field + "': " + value + " is out of range", least + " to " + most);
      }
    }
  }

  private void names(String field, List<String> values, Set<String> known) {
    filled(field, values);
    for (String value : values) {
      if (value == null || !known.contains(value)) {
        throw new UserError(
            file,
            "field '" + field + "': unknown '" + printable(value) + "'",
            "one of " + String.join(", ", known.stream().sorted().toList()));
      }
    }
  }

  private void forms(String field, List<String> values, Pattern form, String remedy) {
    filled(field, values);
    for (String value : values) {
      if (value == null || !form.matcher(value).matches()) {
        throw new UserError(file, "field '" + field + "': '" + printable(value) + "'", remedy);
      }
    }
  }

  private void filled(String field, Collection<?> values) {
    if (values.isEmpty()) {
      throw new UserError(
          file, "field '" + field + "' is empty", "give at least one, or leave it out");
    }
  }

  private static String printable(String value) {
    return value == null ? "nothing" : value.replaceAll("\\p{Cntrl}", "?");
  }
}
