package kvasir.lab.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import kvasir.lab.experiment.Arm;

/** Short names of arms, with the layout and those other properties in which the arms differ. */
final class ArmLabels {
  private static final Function<Arm, String> MERGE = Arm::merge;
  private static final List<Function<Arm, String>> REST =
      List.of(
          Arm::attention,
          MERGE,
          Arm::kvType,
          a -> a.blockSize() == 0 ? "" : "blocks of " + a.blockSize(),
          a -> a.addedLatency().isEmpty() ? "" : "+" + a.addedLatency(),
          Arm::rate);

  private ArmLabels() {}

  /** Returns ranks and threads of each rank, such as {@code 2×1}. */
  static String layout(Arm arm) {
    return arm.ranks() + "×" + arm.threads();
  }

  /**
   * Returns the names of arms by their ids. Names that would not be unique are replaced by the ids.
   */
  static Map<String, String> of(List<Arm> arms) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (Arm arm : arms) {
      String transport = arm.ranks() == 1 ? "" : " " + arm.transport();
      labels.put(arm.id(), (layout(arm) + transport + " " + rest(arm, arms)).strip());
    }
    Set<String> twice = new HashSet<>(labels.values());
    twice.removeIf(label -> Collections.frequency(labels.values(), label) == 1);
    labels.replaceAll((id, label) -> twice.contains(label) ? id : label);
    return labels;
  }

  /**
   * Returns the properties of an arm in which the arms differ, without ranks, threads and
   * transport.
   */
  static String rest(Arm arm, List<Arm> arms) {
    List<String> parts = new ArrayList<>();
    for (Function<Arm, String> part : REST) {
      // A single rank does not merge, so its topology is compared with that of single ranks only.
      List<Arm> peers = arms.stream().filter(a -> (a.ranks() == 1) == (arm.ranks() == 1)).toList();
      boolean merge = part.equals(MERGE);
      boolean differs = (merge ? peers : arms).stream().map(part).distinct().count() > 1;
      if (differs && !part.apply(arm).isEmpty()) {
        parts.add(part.apply(arm));
      }
    }
    return String.join(" ", parts);
  }
}
