package kvasir.lab.experiment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import kvasir.lab.bench.LoadTest;
import kvasir.measure.QuantityReader;

/**
 * Builder of the commands of arms: the arguments that a user would type, and a JVM with the arm's
 * share of the heap.
 *
 * @param definition definition of the experiment
 * @param model directory of the model
 * @param hosts name of the hostfile; empty for this machine
 * @param netns the script that makes network namespaces
 * @param java returns the command line of a JVM like this one, for given arguments of Kvasir
 */
record ArmCommand(
    Definition definition, Path model, String hosts, Path netns, UnaryOperator<List<String>> java) {
  private static final QuantityReader HEAP_MIB =
      new QuantityReader(6, 0, false, Map.of("m", 1.0, "g", 1024.0));
  private static final int YOUNG_MIB = 256;

  /** Returns the arguments of Kvasir for an arm. */
  List<String> arguments(Arm arm) {
    List<String> all = new ArrayList<>();
    if (definition.kind() == ExperimentKind.ATTENTION_MASS) {
      all.addAll(List.of("ask", "--model", model.toString(), "--seed", "1", "--json"));
    } else {
      all.addAll(List.of("bench", "--model", model.toString(), "--output", "jsonl", "--memory"));
      list(all, "--prompt", arm.prompts());
      list(all, "--gen", arm.generations());
      list(all, "--depth", arm.depths());
      if (!arm.loads().isEmpty()) {
        list(all, "--load", arm.loads().stream().map(LoadTest::concurrency).toList());
        add(all, "--load-prompt", definition.loadPrompt());
        add(all, "--load-gen", definition.loadGen());
        add(all, "--load-requests", String.valueOf(definition.loadRequests()));
      }
      add(all, "--repetitions", String.valueOf(definition.samples()));
      add(all, "--warm-up", definition.warmUp());
      add(all, "--fill", definition.fill());
      add(all, "--added-latency", arm.addedLatency());
    }
    add(all, "--ranks", String.valueOf(arm.ranks()));
    add(all, "--threads", String.valueOf(arm.threads()));
    add(all, "--attention", arm.attention());
    add(all, "--kv-type", arm.kvType());
    add(all, "--block-size", String.valueOf(arm.blockSize()));
    add(all, "--shards", String.valueOf(definition.shards()));
    add(all, "--bind", definition.bind());
    if (arm.ranks() > 1) {
      add(all, "--transport", arm.transport());
      add(all, "--merge", arm.merge());
      add(all, "--hosts", arm.rate().isEmpty() ? hosts : "@hosts");
    }
    return all;
  }

  /** Returns the command that a user would type to run an arm. */
  String text(Arm arm) {
    return namespaces(arm) + "launch/kvasir " + String.join(" ", arguments(arm));
  }

  private static String namespaces(Arm arm) {
    return arm.rate().isEmpty()
        ? ""
        : "launch/netns-cluster " + arm.ranks() + " --rate " + arm.rate() + " -- ";
  }

  /** Returns the whole command line for an arm, with the JVM and its options. */
  List<String> process(Arm arm) {
    List<String> command = new ArrayList<>(java.apply(arguments(arm)));
    int classPath = command.indexOf("-cp");
    command
        .subList(0, classPath)
        .removeIf(flag -> flag.startsWith("-Xm") || flag.startsWith("-XX:MaxNewSize"));
    command.addAll(1, heapFlags(arm));
    if (!arm.rate().isEmpty()) {
      command.addAll(
          0, List.of(netns.toString(), String.valueOf(arm.ranks()), "--rate", arm.rate(), "--"));
    }
    return command;
  }

  /**
   * Returns the heap options of one process. Every arm has the same heap, which its processes
   * divide.
   */
  private List<String> heapFlags(Arm arm) {
    int processes = arm.transport().equals("inprocess") ? 1 : arm.ranks();
    long mib = (long) HEAP_MIB.read(definition.heap()).orElseThrow();
    return List.of(
        "-Xms" + mib / processes + "m",
        "-Xmx" + mib / processes + "m",
        "-XX:MaxNewSize=" + Math.min(YOUNG_MIB, mib / 2) / processes + "m");
  }

  private static void list(List<String> all, String option, List<Integer> values) {
    List<Integer> some = values.isEmpty() ? List.of(0) : values;
    add(all, option, String.join(",", some.stream().map(String::valueOf).toList()));
  }

  private static void add(List<String> all, String option, String value) {
    if (!value.isEmpty()) {
      all.add(option);
      all.add(value);
    }
  }
}
