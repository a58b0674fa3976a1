package kvasir.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kvasir.lab.bench.BenchTest;
import kvasir.lab.experiment.Arm;
import kvasir.lab.experiment.ArmEstimates;
import kvasir.lab.experiment.Definition;
import kvasir.lab.experiment.ExperimentKind;
import kvasir.lab.experiment.ExperimentResult;
import kvasir.lab.experiment.RunRecord;

/**
 * One experiment with its estimates.
 *
 * @param labels of arms, by id
 * @param measurements by arm and test, in the order of arms
 */
record Study(
    Definition definition,
    List<Arm> arms,
    List<RunRecord> runs,
    Map<String, String> labels,
    List<Measurement> measurements) {

  static Study of(ExperimentResult result) {
    Map<String, String> labels = ArmLabels.of(result.arms());
    List<Measurement> measurements = new ArrayList<>();
    for (Arm arm : result.arms()) {
      ArmEstimates.of(result, arm).stream()
          .map(point -> new Measurement(arm, labels.get(arm.id()), point))
          .forEach(measurements::add);
    }
    return new Study(result.definition(), result.arms(), result.runs(), labels, measurements);
  }

  /** The same without what was unfair: conclusions are drawn from this. */
  Study fair() {
    return new Study(
        definition, arms, runs, labels, measurements.stream().filter(Measurement::fair).toList());
  }

  String name() {
    return definition.name();
  }

  boolean is(ExperimentKind kind) {
    return definition.kind() == kind;
  }

  /** Names of tests that have a measurement, in order. */
  List<String> tests() {
    return measurements.stream().map(Measurement::test).distinct().toList();
  }

  List<Measurement> of(String test) {
    return measurements.stream().filter(m -> m.test().equals(test)).toList();
  }

  List<RunRecord> failures() {
    return runs.stream().filter(r -> !failure(r).isEmpty()).toList();
  }

  static String failure(RunRecord run) {
    return run.failure() == null ? "" : run.failure();
  }

  String label(Arm arm) {
    return labels.getOrDefault(arm.id(), arm.id());
  }

  /** The tests that a run should have had and has not, by name. */
  static List<String> missing(RunRecord run) {
    List<String> names = new ArrayList<>(run.arm().tests().stream().map(BenchTest::name).toList());
    run.rows().forEach(r -> names.remove(r.test()));
    return names;
  }
}
