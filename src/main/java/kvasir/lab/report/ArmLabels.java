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

/** Short names of arms: the layout, and of the rest only what differs between them. */
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

  /** {@code 2×1}: ranks, and threads of each. */
  static String layout(Arm arm) {
    return arm.ranks() + "×" + arm.threads();
  }

  /** Names by the arms' ids. */
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

  /** All but ranks, threads and transport, where arms differ in it. */
  static String rest(Arm arm, List<Arm> arms) {
    List<String> parts = new ArrayList<>();
    for (Function<Arm, String> part : REST) {
      // A single rank merges nothing: that it differs there says nothing.
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
