package kvasir.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import kvasir.cluster.Communicator;
import kvasir.launch.Agreement;

/** What ranks that somebody else launched are compared by, before they work together. */
final class RankAgreement {
  /** What may differ from rank to rank without harm: where things lie, and how fast a rank is. */
  private static final Set<String> OWN =
      Set.of("--model", "--threads", "--bind", "--vector-bits", "--kernels", "--debug");

  private RankAgreement() {}

  /**
   * Refuses by name what differs; every rank calls it.
   *
   * @param model directory, wherever it lies on this rank's host
   */
  static void check(String[] arguments, Path model, Communicator world) {
    Agreement.require(
        world, "Kvasir's version", KvasirCommand.VERSION, "install the same one on every host");
    Agreement.require(
        world,
        "the command line",
        common(arguments),
        "start every rank with the same options; "
            + String.join(", ", new TreeSet<>(OWN))
            + " may differ");
    Agreement.require(
        world, "the model", ModelIdentity.of(model), "give every rank the same files by --model");
  }

  /** Refuses a prompt that is not rank 0's; every rank calls it. */
  static void requirePrompt(int[] ids, Communicator world) {
    Agreement.require(
        world, "the prompt", Arrays.toString(ids), "give every rank the same text or file");
  }

  private static String common(String[] arguments) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      String name = arguments[i].replaceFirst("=.*", "");
      if (!OWN.contains(name)) {
        words.add(arguments[i]);
      } else if (name.equals(arguments[i]) && !name.equals("--debug")) {
        i++;
      }
    }
    return String.join("\n", words);
  }
}
