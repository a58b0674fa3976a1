package kvasir.cli.option;

import java.time.Duration;
import java.util.List;
import kvasir.error.UserError;
import kvasir.lab.bench.LoadTest;
import kvasir.lab.bench.TokenRange;
import picocli.CommandLine.Option;

/** Options of {@code bench} for requests that are computed together by the batch engine. */
public final class LoadOptions {
  private static final int MOST_SEQUENCES = 4096;
  private static final int MOST_TOKENS = 1 << 24;
  private static final int MOST_REQUESTS = 1 << 20;

  @Option(
      names = "--load",
      split = ",",
      paramLabel = "C",
      description =
          "Numbers of requests to keep running: whenever one ends, the next one begins (default:"
              + " no such test).")
  public List<Integer> load = List.of();

  @Option(
      names = "--load-prompt",
      paramLabel = "MIN-MAX",
      description = "Tokens of a prompt with --load, all numbers equally likely (default: 32-256).")
  String prompt = "32-256";

  @Option(
      names = "--load-gen",
      paramLabel = "MIN-MAX",
      description =
          "Tokens that a request generates with --load, all numbers equally likely (default:"
              + " 16-64).")
  String gen = "16-64";

  @Option(
      names = "--load-requests",
      paramLabel = "N",
      description =
          "Number of requests that each run with --load measures, after as many as run at a time"
              + " (default: 32).")
  int requests = 32;

  @Option(
      names = "--beside",
      split = ",",
      paramLabel = "K",
      description =
          "Numbers of sequences that generate, each behind --depth tokens, while a prompt of"
              + " --prompt tokens arrives (default: no such test).")
  public List<Integer> beside = List.of();

  @Option(
      names = "--step-time",
      paramLabel = "TIME",
      converter = Quantity.Latency.class,
      description =
          "Time of a step that prompts may fill beside the sequences that generate, with --load"
              + " and --beside (default: 150ms).")
  Duration stepTime = Duration.ofMillis(150);

  /** Refuses values that are out of range. */
  public void check() {
    load.forEach(n -> CommonOptions.range("--load", n, 1, MOST_SEQUENCES));
    beside.forEach(n -> CommonOptions.range("--beside", n, 1, MOST_SEQUENCES - 1));
    CommonOptions.range("--load-requests", requests, 1, MOST_REQUESTS);
    tokens("--load-prompt", prompt);
    tokens("--load-gen", gen);
  }

  /** Returns the tests of {@code --load}. */
  public List<LoadTest> loads() {
    TokenRange prompts = tokens("--load-prompt", prompt);
    TokenRange outputs = tokens("--load-gen", gen);
    return load.stream().map(count -> new LoadTest(count, prompts, outputs, requests)).toList();
  }

  /** Returns the time of a step that prompts may fill, in nanoseconds. */
  public long stepNanos() {
    return Math.max(1, stepTime.toNanos());
  }

  private static TokenRange tokens(String option, String text) {
    return TokenRange.of(text)
        .filter(range -> range.most() <= MOST_TOKENS)
        .orElseThrow(
            () ->
                new UserError(
                    option,
                    "'" + text + "' is no range of 1 to " + MOST_TOKENS + " tokens",
                    "write 64, or 32-256"));
  }
}
