package kvasir.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import kvasir.cli.option.CommonOptions;
import kvasir.error.ExitCodes;
import kvasir.lab.recall.TownDocument;
import kvasir.lab.recall.TownWriter;
import kvasir.lab.recall.TownWriter.Surnames;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "town",
    mixinStandardHelpOptions = true,
    description = "Write documents of invented towns, as the demo model has learnt to read them.")
final class TownCommand implements Callable<Integer> {
  private static final int MOST_SENTENCES = 1 << 20;

  @ParentCommand KvasirCommand kvasir;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the first document; the next ones count up (default: 0).")
  long seed;

  @Option(
      names = "--sentences",
      paramLabel = "N",
      description = "Sentences of a document (default: 40).")
  int sentences = 40;

  @Option(names = "--documents", paramLabel = "N", description = "How many (default: 1).")
  int documents = 1;

  @Option(
      names = "--shared-surnames",
      description =
          "Few surnames for many people: more distractors (default: everybody has his own).")
  boolean sharedSurnames;

  @Option(
      names = "--json",
      description = "One JSON object per document: sentences, and facts with question and answer.")
  boolean json;

  @Override
  public Integer call() {
    CommonOptions.range("--sentences", sentences, 1, MOST_SENTENCES);
    CommonOptions.range("--documents", documents, 1, Integer.MAX_VALUE);
    Surnames surnames = sharedSurnames ? Surnames.SHARED : Surnames.OWN;
    for (int i = 0; i < documents; i++) {
      write(seed + i, TownWriter.write(seed + i, sentences, surnames));
    }
    return ExitCodes.DONE;
  }

  private void write(long documentSeed, TownDocument document) {
    if (!json) {
      kvasir.output().line(document.text());
      return;
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("seed", documentSeed);
    object.put("sentences", document.sentences());
    object.put("facts", document.facts());
    kvasir.output().json(object);
  }
}
