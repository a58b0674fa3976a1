package kvasir.lab.experiment;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import kvasir.error.UserError;
import kvasir.lab.bench.BenchRow;
import kvasir.measure.MachineFacts;

/**
 * Runs the parts of an experiment that have no results yet. In each round all arms run once, in new
 * processes and in an order that changes from round to round, so that slow changes of the machine
 * affect all arms alike.
 */
public final class Runner {
  /** Receives the progress of a run. */
  public interface Listener {
    /** Called with a note that the user should see at once, a sentence without its full stop. */
    void note(String text);

    /**
     * Called before the first run.
     *
     * @param units number of tests of all arms and rounds
     * @param done number of these that earlier runs have done
     */
    void begin(int units, int done);

    /** Called when a test has ended. */
    void test(String text);

    /** Called with the number of tests that are done, whether they succeeded or failed. */
    void reach(int done);
  }

  private final Definition definition;
  private final List<Arm> arms;
  private final ArmCommand command;
  private final ResultFolder folder;
  private final Listener listener;
  private final Commit commit;
  private final Path home;

  private int units;

  /**
   * Creates a runner.
   *
   * @param folder folder of this experiment
   * @param home folder of the project, to which paths in records are relative
   */
  Runner(
      Definition definition,
      List<Arm> arms,
      ArmCommand command,
      ResultFolder folder,
      Listener listener,
      Commit commit,
      Path home) {
    this.definition = definition;
    this.arms = arms;
    this.command = command;
    this.folder = folder;
    this.listener = listener;
    this.commit = commit;
    this.home = home;
  }

  /**
   * Runs the experiment to its end and returns all results, including earlier ones.
   *
   * @param path the folder, for errors
   */
  ExperimentResult run(Path path) {
    Set<String> done = new HashSet<>();
    folder.read().ifPresent(earlier -> resume(path, earlier, done));
    folder.plan(definition, arms);
    List<Arm> able = arms.stream().filter(arm -> arm.skipped().isEmpty()).toList();
    announce();
    listener.begin(
        definition.repetitions() * able.stream().mapToInt(Runner::tests).sum(),
        doneTests(able, done));
    units = doneTests(able, done);
    for (int round = 0; round < definition.repetitions(); round++) {
      List<Arm> order = new ArrayList<>(able);
      Collections.shuffle(order, new Random(round));
      for (Arm arm : order) {
        if (!done.contains(key(round, arm))) {
          folder.add(run(round, arm));
        }
      }
    }
    return folder.read().orElseThrow();
  }

  /** Notes the arms that cannot run, before anything is measured. */
  private void announce() {
    Map<String, List<String>> byReason =
        arms.stream()
            .filter(arm -> !arm.skipped().isEmpty())
            .collect(
                Collectors.groupingBy(
                    Arm::skipped,
                    LinkedHashMap::new,
                    Collectors.mapping(Arm::id, Collectors.toList())));
    byReason.forEach(
        (reason, ids) ->
            listener.note("left out: %s: %s".formatted(String.join(", ", ids), reason)));
    if (arms.stream().noneMatch(arm -> arm.skipped().isEmpty())) {
      listener.note("nothing is left to measure");
    }
  }

  private void resume(Path path, ExperimentResult earlier, Set<String> done) {
    boolean same =
        ids(earlier.arms()).equals(ids(arms))
            && earlier.definition().withRepetitions(0).equals(definition.withRepetitions(0));
    MachineFacts here = MachineFacts.here();
    boolean machine = earlier.runs().stream().allMatch(run -> run.machine().sameAs(here));
    if (!same || !machine) {
      throw new UserError(
          path.toString(),
          same
              ? "holds results of another machine"
              : "holds results of another definition of " + definition.name(),
          "choose another --out, or move that folder away");
    }
    earlier.runs().forEach(run -> done.add(key(run.round(), run.arm())));
  }

  private static List<String> ids(List<Arm> arms) {
    return arms.stream().map(Arm::id).toList();
  }

  private int doneTests(List<Arm> able, Set<String> done) {
    int tests = 0;
    for (int round = 0; round < definition.repetitions(); round++) {
      for (Arm arm : able) {
        tests += done.contains(key(round, arm)) ? tests(arm) : 0;
      }
    }
    return tests;
  }

  private static int tests(Arm arm) {
    return Math.max(1, arm.tests().size());
  }

  private static String key(int round, Arm arm) {
    return round + "-" + arm.id();
  }

  private RunRecord run(int round, Arm arm) {
    String started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    long start = System.nanoTime();
    ArmProcess process = new ArmProcess(definition.kind());
    String label = "round %d of %d, %s".formatted(round + 1, definition.repetitions(), arm.id());
    String failure =
        process.run(
            command.process(arm),
            // A script that makes namespaces gives its command no input.
            arm.rate().isEmpty(),
            row -> {
              noteUnfair(label, row);
              listener.test("%s, %s: %.2f tokens/s".formatted(label, row.test(), row.median()));
              listener.reach(units + process.rows().size());
            });
    units += tests(arm);
    listener.reach(units);
    if (!failure.isEmpty()) {
      listener.test(label + ": " + failure);
    }
    return new RunRecord(
        round,
        arm,
        shown(command.text(arm)),
        started,
        (System.nanoTime() - start) / 1e9,
        commit.text(),
        MachineFacts.here(this::shown),
        process.rows(),
        process.answers(),
        shown(failure));
  }

  /**
   * Notes at once that a start is unfair, so that the user can stop other programs and start again.
   */
  private void noteUnfair(String label, BenchRow row) {
    List<String> reasons = row.conditions() == null ? List.of() : row.conditions().unfair();
    if (!reasons.isEmpty()) {
      listener.note(
          "%s, %s: this start is unfair (%s): it does not count"
              .formatted(label, row.test(), String.join(", ", reasons)));
    }
  }

  /**
   * Returns a text with paths relative to the project, since results are shown to others whose
   * project is elsewhere.
   */
  private String shown(String text) {
    return text.replace(home + "/", "").replace(home.toString(), ".");
  }
}
