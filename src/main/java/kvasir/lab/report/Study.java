package kvasir.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kvasir.lab.experiment.Arm;
import kvasir.lab.experiment.ArmEstimates;
import kvasir.lab.experiment.Definition;
import kvasir.lab.experiment.ExperimentKind;
import kvasir.lab.experiment.ExperimentResult;
import kvasir.lab.experiment.RunRecord;

/**
 * An experiment and its measurements.
 *
 * @param labels short names of the arms, by id
 * @param measurements measurements of all arms and tests, in the order of arms
 */
record Study(
    Definition definition,
    List<Arm> arms,
    List<RunRecord> runs,
    Map<String, String> labels,
    List<Measurement> measurements) {

  /** Returns the study of an experiment's result. */
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

  /** Returns this study without unfair measurements, for conclusions. */
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

  /** Returns the names of the tests that have measurements, in order. */
  List<String> tests() {
    return measurements.stream().map(Measurement::test).distinct().toList();
  }

  /** Returns the measurements of a test, in the order of arms. */
  List<Measurement> of(String test) {
    return measurements.stream().filter(m -> m.test().equals(test)).toList();
  }

  /** Returns the runs that failed. */
  List<RunRecord> failures() {
    return runs.stream().filter(r -> !failure(r).isEmpty()).toList();
  }

  /** Returns the reason for which a run failed; empty if it succeeded. */
  static String failure(RunRecord run) {
    return run.failure() == null ? "" : run.failure();
  }

  /** Returns the short name of an arm. */
  String label(Arm arm) {
    return labels.getOrDefault(arm.id(), arm.id());
  }

  /** Returns the names of the tests of an arm for which a run has no row. */
  static List<String> missing(RunRecord run) {
    List<String> names = new ArrayList<>(run.arm().tests());
    run.rows().forEach(r -> names.remove(r.test()));
    return names;
  }
}
