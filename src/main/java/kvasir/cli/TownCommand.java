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
    description =
        "Write documents about invented towns, of the kind that the demo model was trained"
            + " on.")
final class TownCommand implements Callable<Integer> {
  private static final int MOST_SENTENCES = 1 << 20;

  @ParentCommand KvasirCommand kvasir;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Seed of the first document. Each further document has the next higher seed (default:"
              + " 0).")
  long seed;

  @Option(
      names = "--sentences",
      paramLabel = "N",
      description = "Number of sentences in a document (default: 40).")
  int sentences = 40;

  @Option(
      names = "--documents",
      paramLabel = "N",
      description = "Number of documents (default: 1).")
  int documents = 1;

  @Option(
      names = "--shared-surnames",
      description =
          "Give the same surnames to many people, so that facts are easier to confuse (default:"
              + " every person has another surname).")
  boolean sharedSurnames;

  @Option(
      names = "--json",
      description =
          "Print one JSON object for each document: its sentences, and its facts with question"
              + " and answer.")
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
