package kvasir.cli;

import java.nio.file.Path;
import java.time.Duration;
import kvasir.cli.job.BatchJob;
import kvasir.cli.job.Job;
import kvasir.cli.option.CommonOptions;
import kvasir.cli.option.Quantity;
import kvasir.engine.request.BatchFiles;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.launch.Order;
import kvasir.launch.ThisProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "batch",
    mixinStandardHelpOptions = true,
    description =
        "Continue many prompts at once, from a file of requests to a file of results, one JSON"
            + " object a line. A run that was interrupted goes on where it ended.")
final class BatchCommand extends RankCommand {
  private static final String STREAM = "-";

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      description =
          "The requests: a file, a named pipe, or - for standard input; read as they are needed.")
  Path input;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description =
          "The results; requests that have theirs in it already are not computed again. - is"
              + " standard output.")
  Path output;

  @Option(
      names = "--max-sequences",
      paramLabel = "N",
      description = "Largest number of sequences that are computed together (default: 32).")
  int maxSequences = 32;

  @Option(
      names = "--kv-memory",
      paramLabel = "SIZE",
      converter = Quantity.Bytes.class,
      description =
          "Memory of each rank for keys and values, such as 512M or 8G (default: a quarter of its"
              + " share of the machine's memory).")
  long kvMemory;

  @Option(
      names = "--step-time",
      paramLabel = "TIME",
      converter = Quantity.Latency.class,
      description =
          "Time of a step that prompts may fill beside the sequences that generate: long steps"
              + " read prompts faster, short ones hold up the others less (default: 150ms).")
  Duration stepTime = Duration.ofMillis(150);

  @Option(
      names = "--no-prefix-cache",
      description = "Compute the common beginnings of prompts again for each of them.")
  boolean noPrefixCache;

  @Option(
      names = "--snapshot",
      paramLabel = "DIR",
      description =
          "Folder of KV blocks: beginnings of prompts that are there are read instead of computed,"
              + " and blocks are written there when their sequence ends.")
  Path snapshot;

  @Option(
      names = "--compare-ranks",
      description = "Compare the block tables of all ranks after each step, to find a fault.")
  boolean compareRanks;

  @Override
  void check() {
    CommonOptions.range("--max-sequences", maxSequences, 1, 4096);
    if (noPrefixCache && snapshot != null) {
      throw new UserError(
          "--snapshot",
          "blocks in files belong to the prefix cache",
          "leave --no-prefix-cache out");
    }
    if (!kvasir.process().isRank()) {
      new BatchFiles(input, output).check();
    }
  }

  @Override
  Job job() {
    return new BatchJob(
        common.engine(),
        absolute(input),
        absolute(output),
        maxSequences,
        kvMemory,
        Math.max(1, stepTime.toNanos()),
        !noPrefixCache,
        snapshot == null ? null : snapshot.toAbsolutePath().toString(),
        compareRanks);
  }

  @Override
  int run(ThisProcess process, Order order) {
    if (process.isRank() || output.equals(Path.of(STREAM))) {
      return super.run(process, order);
    }
    try (BatchNotice notice = new BatchNotice(output, kvasir.output())) {
      int code = super.run(process, order);
      if (code == ExitCodes.CLUSTER_FAILURE) {
        notice.print();
      }
      return code;
    }
  }

  private static String absolute(Path path) {
    return path.equals(Path.of(STREAM)) ? STREAM : path.toAbsolutePath().toString();
  }
}
