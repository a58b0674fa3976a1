package kvasir.lab.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.bench.Conditions;
import kvasir.lab.bench.LatencyNames;
import kvasir.lab.bench.LoadTest;
import kvasir.lab.bench.RankPlace;
import kvasir.lab.bench.RankTimes;
import kvasir.lab.experiment.Answer;
import kvasir.lab.experiment.Arm;
import kvasir.lab.experiment.Definition;
import kvasir.lab.experiment.ExperimentKind;
import kvasir.lab.experiment.ExperimentResult;
import kvasir.lab.experiment.RunRecord;
import kvasir.measure.MachineFacts;
import kvasir.measure.Percentiles;

/** Experiments with invented numbers. */
final class Fixture {
  static final MachineFacts MACHINE =
      new MachineFacts(
          "node7", "Example CPU", 8, 2, 65536, "Linux 6.1", "OpenJDK 25", List.of("-Xmx4g"));

  private Fixture() {}

  static Definition definition(ExperimentKind kind, String name, String question) {
    List<Integer> none = List.of();
    return new Definition(
        name,
        question,
        kind,
        "llama-1b",
        4,
        List.of(1, 2),
        none,
        0,
        List.of("native"),
        List.of("streaming"),
        List.of("tree"),
        "f32",
        none,
        List.of(),
        List.of(),
        4,
        none,
        none,
        none,
        none,
        none,
        "32-256",
        "16-64",
        32,
        2,
        5,
        "steady",
        "4g",
        "core",
        "synthetic");
  }

  static Arm arm(String id, int ranks, int threads, String transport) {
    return new Arm(
        id,
        ranks,
        threads,
        transport,
        "streaming",
        "tree",
        "f32",
        0,
        "",
        "",
        List.of(),
        List.of(32),
        List.of(0),
        List.of(),
        "");
  }

  static Arm with(Arm a, String attention, String merge, int blockSize) {
    return new Arm(
        a.id(),
        a.ranks(),
        a.threads(),
        a.transport(),
        attention,
        merge,
        a.kvType(),
        blockSize,
        a.addedLatency(),
        a.rate(),
        a.prompts(),
        a.generations(),
        a.depths(),
        a.loads(),
        a.skipped());
  }

  static Arm network(Arm a, String latency, String rate) {
    return new Arm(
        a.id(),
        a.ranks(),
        a.threads(),
        a.transport(),
        a.attention(),
        a.merge(),
        a.kvType(),
        a.blockSize(),
        latency,
        rate,
        a.prompts(),
        a.generations(),
        a.depths(),
        a.loads(),
        a.skipped());
  }

  static Arm tests(Arm a, List<Integer> prompts, List<Integer> generations, List<Integer> depths) {
    return new Arm(
        a.id(),
        a.ranks(),
        a.threads(),
        a.transport(),
        a.attention(),
        a.merge(),
        a.kvType(),
        a.blockSize(),
        a.addedLatency(),
        a.rate(),
        prompts,
        generations,
        depths,
        a.loads(),
        a.skipped());
  }

  static Arm skipped(Arm a, String why) {
    return new Arm(
        a.id(),
        a.ranks(),
        a.threads(),
        a.transport(),
        a.attention(),
        a.merge(),
        a.kvType(),
        a.blockSize(),
        a.addedLatency(),
        a.rate(),
        a.prompts(),
        a.generations(),
        a.depths(),
        a.loads(),
        why);
  }

  static Conditions fair() {
    return new Conditions(true, 10, 3, 1, 0, 0, 0, 0);
  }

  static Conditions oversubscribed() {
    return new Conditions(true, 10, 3, 2, 0, 0, 0, 0);
  }

  /** The values of a row beside its arm. */
  record Values(
      String test,
      double speed,
      RankTimes times,
      Conditions conditions,
      String fingerprint,
      double gbPerSecond,
      double gflops,
      double residentMiB) {

    /** Returns values whose time is all computing. */
    static Values of(String test, double speed) {
      RankTimes times = new RankTimes(0, 1000 / speed, 0, 0, 0, 0, 0, 0, 0.01);
      return new Values(test, speed, times, fair(), "abc123", 0, 0, 0);
    }

    Values times(RankTimes other) {
      return new Values(
          test, speed, other, conditions, fingerprint, gbPerSecond, gflops, residentMiB);
    }

    Values conditions(Conditions other) {
      return new Values(test, speed, times, other, fingerprint, gbPerSecond, gflops, residentMiB);
    }

    Values fingerprint(String other) {
      return new Values(test, speed, times, conditions, other, gbPerSecond, gflops, residentMiB);
    }

    Values roofline(double gb, double flops) {
      return new Values(test, speed, times, conditions, fingerprint, gb, flops, residentMiB);
    }

    Values resident(double mib) {
      return new Values(test, speed, times, conditions, fingerprint, gbPerSecond, gflops, mib);
    }
  }

  /** Returns a row with five samples within 1 % of the speed. */
  static BenchRow row(Arm arm, Values v) {
    List<Double> samples = new ArrayList<>();
    for (int i = -2; i <= 2; i++) {
      samples.add(v.speed() * (1 + i / 200.0));
    }
    List<RankTimes> times = new ArrayList<>();
    List<RankPlace> places = new ArrayList<>();
    for (int rank = 0; rank < arm.ranks(); rank++) {
      if (v.times() != null) {
        times.add(v.times());
      }
      places.add(new RankPlace(rank, "node7", "node7", rank + "", "N0=12"));
    }
    return new BenchRow(
        "llama-1b",
        1,
        1000,
        v.test(),
        arm.ranks(),
        arm.threads(),
        arm.attention(),
        arm.kvType(),
        "vector",
        v.speed(),
        0,
        v.speed(),
        samples,
        v.gbPerSecond(),
        0,
        v.gflops(),
        0,
        40,
        400,
        "synthetic",
        v.residentMiB() * arm.ranks(),
        v.residentMiB(),
        arm.transport(),
        arm.merge(),
        arm.ranks() == 1 ? 0 : 0.3,
        arm.ranks() == 1 ? 0 : 1 << 20,
        arm.ranks() == 1 ? 0 : 36,
        3.5,
        8,
        1.2,
        v.fingerprint(),
        Map.of(),
        v.conditions(),
        times,
        places);
  }

  /** Returns a row of a load with the same latencies in all percentiles but the last. */
  static BenchRow load(Arm arm, LoadTest test, double speed, double millis) {
    try {
      ObjectMapper json = new ObjectMapper();
      ObjectNode fields = json.valueToTree(row(arm, Values.of(test.name(), speed)));
      Percentiles between = new Percentiles(100, millis, millis, 3 * millis);
      Percentiles first = new Percentiles(10, 9 * millis, 10 * millis, 11 * millis);
      fields.set(
          "latencies_ms",
          json.valueToTree(
              Map.of(LatencyNames.BETWEEN_TOKENS, between, LatencyNames.FIRST_TOKEN, first)));
      return json.treeToValue(fields, BenchRow.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a row that is no JSON", e);
    }
  }

  static RunRecord run(int round, Arm arm, List<BenchRow> rows, String failure) {
    return new RunRecord(
        round,
        arm,
        "launch/kvasir bench --ranks " + arm.ranks(),
        "2026-11-21T10:0" + round + ":00Z",
        12,
        "1a2b3c4",
        MACHINE,
        rows,
        List.of(),
        failure);
  }

  static RunRecord answers(Arm arm, Answer... answers) {
    RunRecord run = run(0, arm, List.of(), "");
    return new RunRecord(
        0,
        arm,
        run.command(),
        run.started(),
        run.seconds(),
        run.commit(),
        run.machine(),
        List.of(),
        List.of(answers),
        "");
  }

  /** Returns two rounds of all arms, with the values that a function gives for each arm. */
  static ExperimentResult result(
      Definition definition, List<Arm> arms, Function<Arm, List<Values>> values) {
    List<RunRecord> runs = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      for (Arm arm : arms) {
        if (arm.skipped().isEmpty()) {
          runs.add(run(round, arm, values.apply(arm).stream().map(v -> row(arm, v)).toList(), ""));
        }
      }
    }
    return new ExperimentResult(definition, arms, runs);
  }

  /** Returns the result with each row marked as measured with more threads than processors. */
  static ExperimentResult unfair(ExperimentResult result) {
    return new ExperimentResult(
        result.definition(),
        result.arms(),
        result.runs().stream()
            .map(
                run ->
                    run(
                        run.round(),
                        run.arm(),
                        run.rows().stream().map(Fixture::oversubscribed).toList(),
                        run.failure()))
            .toList());
  }

  private static BenchRow oversubscribed(BenchRow row) {
    try {
      ObjectMapper json = new ObjectMapper();
      ObjectNode fields = json.valueToTree(row);
      fields.set("conditions", json.valueToTree(oversubscribed()));
      return json.treeToValue(fields, BenchRow.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a row that is no JSON", e);
    }
  }

  /**
   * Returns a result of one rank with two threads and of two ranks, which are 10 % slower and wait
   * for each other.
   */
  static ExperimentResult layouts() {
    List<Arm> arms = List.of(arm("1x2", 1, 2, "none"), arm("2x1-native", 2, 1, "native"));
    return result(
        definition(ExperimentKind.THREADS_VS_PROCESSES, "layouts", "Threads or processes?"),
        arms,
        a ->
            List.of(
                a.ranks() == 1
                    ? Values.of("tg32", 100).times(new RankTimes(0, 9, 1, 0, 0, 0, 0, 0, 0.02))
                    : Values.of("tg32", 90)
                        .times(new RankTimes(0, 8.9, 0, 0.1, 0.1, 0.4, 1.6, 0.011, 0.03))));
  }
}
