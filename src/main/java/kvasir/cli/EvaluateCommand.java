package kvasir.cli;

import java.util.List;
import kvasir.cli.job.EvaluateJob;
import kvasir.cli.job.Job;
import kvasir.cli.option.CommonOptions;
import kvasir.lab.recall.TownWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description =
        "Measure how many facts about invented towns a model recalls. Exit code 1 if too few"
            + " answers are right.")
final class EvaluateCommand extends RankCommand {
  private static final int SHORTEST = 256;

  @Option(
      names = "--lengths",
      paramLabel = "N",
      split = ",",
      description =
          "Largest numbers of tokens in the documents (default: 512,1024,2048,4096,8192).")
  List<Integer> lengths = List.of(512, 1024, 2048, 4096, 8192);

  @Option(
      names = "--questions",
      paramLabel = "N",
      description = "Number of questions for each tenth of each length (default: 100).")
  int questions = 100;

  @Option(
      names = "--per-document",
      paramLabel = "N",
      description = "Largest number of questions on one document (default: 10).")
  int perDocument = 10;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Seed of the first document. Seeds from 1000000000 on are refused, since the demo"
              + " model was trained on them (default: 0).")
  long seed;

  @Option(
      names = "--json",
      description =
          "Print one JSON object for each length, with the questions that were answered wrong.")
  boolean json;

  @Override
  void check() {
    lengths.forEach(n -> CommonOptions.range("--lengths", n, SHORTEST, Integer.MAX_VALUE));
    CommonOptions.range("--questions", questions, 1, 1 << 20);
    CommonOptions.range("--per-document", perDocument, 1, 1 << 20);
    CommonOptions.range("--seed", seed, 0, TownWriter.FIRST_TRAINING_SEED - 1);
  }

  @Override
  Job job() {
    return new EvaluateJob(common.engine(), lengths, questions, perDocument, seed, json);
  }
}
