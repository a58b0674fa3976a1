package kvasir.lab.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.bench.LoadTest;
import kvasir.lab.bench.RankTimes;
import kvasir.lab.bench.TokenRange;
import kvasir.lab.experiment.Answer;
import kvasir.lab.experiment.Arm;
import kvasir.lab.experiment.ExperimentKind;
import kvasir.lab.experiment.ExperimentResult;
import kvasir.lab.experiment.RunRecord;

/**
 * Program that writes the report of experiments of all kinds to a directory, to look at the page.
 */
final class Demo {
  private Demo() {}

  static void main(String[] arguments) {
    ReportPage.write(all(), Path.of(arguments[0]));
  }

  static List<ExperimentResult> all() {
    return List.of(
        strong(),
        weak(),
        layouts(),
        roofline(),
        memory(),
        prefill(),
        blocks(),
        merge(),
        network(),
        load(),
        mass());
  }

  static ExperimentResult strong() {
    List<Arm> arms = new ArrayList<>();
    for (int n : List.of(1, 2, 4, 8)) {
      arms.add(Fixture.arm("1x" + n, 1, n, "none"));
    }
    for (String transport : List.of("native", "mpj")) {
      for (int n : List.of(2, 4, 8)) {
        arms.add(Fixture.arm(n + "x1-" + transport, n, 1, transport));
      }
    }
    arms.add(Fixture.skipped(Fixture.arm("16x1-native", 16, 1, "native"), "only 8 processors"));
    return Fixture.result(
        Fixture.definition(
            ExperimentKind.STRONG_SCALING, "strong", "How far do ranks and threads scale?"),
        arms,
        a -> {
          int n = a.ranks() * a.threads();
          double lost = a.ranks() == 1 ? 0.04 : a.transport().equals("mpj") ? 0.11 : 0.06;
          Fixture.Values v = Fixture.Values.of("tg32", 10.0 * n / (1 + lost * (n - 1)));
          return List.of(n == 8 && a.ranks() > 1 ? v.conditions(Fixture.oversubscribed()) : v);
        });
  }

  static ExperimentResult weak() {
    List<Arm> arms = new ArrayList<>();
    for (int n : List.of(1, 2, 4)) {
      Arm arm = Fixture.arm("" + n, n, 1, n == 1 ? "none" : "native");
      arms.add(Fixture.tests(arm, List.of(), List.of(32), List.of(4096 * n)));
    }
    return Fixture.result(
        Fixture.definition(
            ExperimentKind.WEAK_SCALING, "weak", "Does time stay level as ranks are added?"),
        arms,
        a ->
            List.of(Fixture.Values.of("tg32 @ d" + 4096 * a.ranks(), 20 / (1 + 0.06 * a.ranks()))));
  }

  /** Returns a result in which two ranks are slower than two threads, and more so under load. */
  static ExperimentResult load() {
    List<Arm> arms =
        List.of(
            Fixture.arm("1x2", 1, 2, "none"),
            Fixture.arm("2x1-inprocess", 2, 1, "inprocess"),
            Fixture.arm("2x1-native", 2, 1, "native"));
    TokenRange tokens = new TokenRange(16, 64);
    List<RunRecord> runs = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      for (Arm arm : arms) {
        List<BenchRow> rows = new ArrayList<>();
        for (int count : List.of(1, 4, 16)) {
          double speed = 20 * Math.sqrt(count) / arm.ranks();
          LoadTest test = new LoadTest(count, tokens, tokens, 8);
          rows.add(Fixture.load(arm, test, speed, 1000 * count / speed));
        }
        runs.add(Fixture.run(round, arm, rows, ""));
      }
    }
    return new ExperimentResult(
        Fixture.definition(ExperimentKind.SERVING_LOAD, "load", "How many at a time?"), arms, runs);
  }

  static ExperimentResult layouts() {
    List<Arm> arms = new ArrayList<>(List.of(Fixture.arm("1x8", 1, 8, "none")));
    for (int n : List.of(2, 4, 8)) {
      arms.add(Fixture.arm(n + "x" + 8 / n + "-native", n, 8 / n, "native"));
      arms.add(Fixture.arm(n + "x" + 8 / n + "-mpj", n, 8 / n, "mpj"));
    }
    return Fixture.result(
        Fixture.definition(ExperimentKind.THREADS_VS_PROCESSES, "layouts", "Threads or processes?"),
        arms,
        a -> {
          double more = a.transport().equals("mpj") ? 1.6 : 1;
          RankTimes times =
              a.ranks() == 1
                  ? new RankTimes(0, 8, 1.2, 0, 0, 0, 0, 0.1, 0.05)
                  : new RankTimes(
                      0,
                      7.9,
                      0.8 / a.ranks(),
                      0.2,
                      0.1,
                      0.3 * a.ranks() * more,
                      0.25 * a.ranks(),
                      0.1,
                      0.05);
          Fixture.Values v = Fixture.Values.of("tg32 @ d1024", 1000 / times.total()).times(times);
          boolean crowded = a.ranks() == 8 && a.transport().equals("mpj");
          return List.of(crowded ? v.conditions(Fixture.oversubscribed()) : v);
        });
  }

  static ExperimentResult roofline() {
    Arm arm =
        Fixture.tests(
            Fixture.arm("1x8", 1, 8, "none"),
            List.of(1, 2, 4, 8, 32, 128, 512),
            List.of(),
            List.of(0));
    return Fixture.result(
        Fixture.definition(ExperimentKind.ROOFLINE, "roofline", "What limits each batch?"),
        List.of(arm),
        a ->
            a.prompts().stream()
                .map(
                    n -> {
                      double flops = 0.85 / (1 / 400.0 + 1 / (40 * 0.5 * n));
                      return Fixture.Values.of("pp" + n, flops).roofline(flops / (0.5 * n), flops);
                    })
                .toList());
  }

  static ExperimentResult memory() {
    List<Integer> lengths = List.of(1024, 2048, 4096, 8192, 16384);
    Arm base = Fixture.tests(Fixture.arm("", 1, 8, "none"), lengths, List.of(), List.of(0));
    List<RunRecord> runs = new ArrayList<>();
    List<Arm> arms = new ArrayList<>();
    for (String attention : List.of("standard", "streaming")) {
      Arm arm = Fixture.with(renamed(base, attention), attention, "tree", 0);
      arms.add(arm);
      boolean standard = attention.equals("standard");
      Stream<Integer> done = lengths.stream().filter(n -> !standard || n < 16384);
      runs.add(
          Fixture.run(
              0,
              arm,
              done.map(
                      n ->
                          Fixture.row(
                              arm,
                              Fixture.Values.of("pp" + n, (standard ? 250 : 270) - n / 80.0)
                                  .resident(900 + (standard ? 1e-5 * n * n : 0.02 * n))))
                  .toList(),
              standard ? "java.lang.OutOfMemoryError: no room for 4.0 GiB of scores" : ""));
    }
    return new ExperimentResult(
        Fixture.definition(
            ExperimentKind.ATTENTION_MEMORY, "memory", "How much memory does each attention need?"),
        arms,
        runs);
  }

  static Arm renamed(Arm a, String id) {
    return Fixture.tests(
        Fixture.arm(id, a.ranks(), a.threads(), a.transport()),
        a.prompts(),
        a.generations(),
        a.depths());
  }

  static ExperimentResult prefill() {
    List<Integer> lengths = List.of(128, 512, 2048, 8192);
    Arm base = Fixture.tests(Fixture.arm("", 1, 8, "none"), lengths, List.of(32), List.of(0));
    List<Arm> arms =
        Stream.of("standard", "streaming")
            .map(kind -> Fixture.with(renamed(base, kind), kind, "tree", 0))
            .toList();
    return Fixture.result(
        Fixture.definition(
            ExperimentKind.PREFILL_DECODE, "prefill", "From which length on does streaming pay?"),
        arms,
        a ->
            Stream.concat(
                    lengths.stream()
                        .map(
                            n ->
                                Fixture.Values.of(
                                    "pp" + n,
                                    a.attention().equals("standard")
                                        ? 300 - n / 50.0
                                        : 285 - n / 200.0)),
                    Stream.of(Fixture.Values.of("tg32", 20)))
                .toList());
  }

  static ExperimentResult blocks() {
    List<Arm> arms = new ArrayList<>();
    for (int size : List.of(16, 32, 64, 128)) {
      arms.add(Fixture.with(Fixture.arm("2x1-" + size, 2, 1, "native"), "streaming", "tree", size));
    }
    return Fixture.result(
        Fixture.definition(ExperimentKind.BLOCK_SIZE, "blocks", "Which block size is best?"),
        arms,
        a -> List.of(Fixture.Values.of("tg32", 20 - Math.abs(a.blockSize() - 64) / 40.0)));
  }

  static ExperimentResult merge() {
    List<Arm> arms = new ArrayList<>();
    for (String topology : List.of("gather", "tree", "butterfly")) {
      arms.add(
          Fixture.with(Fixture.arm("4x1-" + topology, 4, 1, "native"), "streaming", topology, 0));
    }
    return Fixture.result(
        Fixture.definition(ExperimentKind.MERGE_TOPOLOGY, "merge", "How should states travel?"),
        arms,
        a -> List.of(Fixture.Values.of("tg32", 15 + a.merge().length())));
  }

  static ExperimentResult network() {
    List<Arm> arms = new ArrayList<>();
    Arm arm = Fixture.arm("2x1", 2, 1, "mpj");
    for (String latency : List.of("", "1ms", "50us")) {
      Arm named = renamed(arm, "2x1" + latency);
      arms.add(Fixture.network(named, latency, ""));
    }
    for (String rate : List.of("100mbit", "1gbit")) {
      arms.add(Fixture.network(renamed(arm, "2x1" + rate), "", rate));
    }
    return Fixture.result(
        Fixture.definition(ExperimentKind.NETWORK, "network", "What does a slow network cost?"),
        arms,
        a ->
            List.of(
                Fixture.Values.of(
                    "tg32",
                    switch (a.addedLatency() + a.rate()) {
                      case "1ms" -> 8;
                      case "50us" -> 17;
                      case "100mbit" -> 11;
                      case "1gbit" -> 18;
                      default -> 20;
                    })));
  }

  static ExperimentResult mass() {
    Arm arm = Fixture.arm("4x1", 4, 1, "native");
    return new ExperimentResult(
        Fixture.definition(ExperimentKind.ATTENTION_MASS, "mass", "Where does attention look?"),
        List.of(arm),
        List.of(
            Fixture.answers(
                arm,
                new Answer(
                    "Who bakes bread in Ulmdorf?",
                    "Mara Lind",
                    true,
                    List.of(2),
                    List.of(0.4, 0.1, 0.35, 0.15),
                    "head 1 of layer 3",
                    List.of(0.05, 0.02, 0.9, 0.03)),
                new Answer(
                    "Where does the mayor live?",
                    "Mill Lane",
                    false,
                    List.of(),
                    List.of(0.5, 0.2, 0.2, 0.1),
                    "",
                    List.of()))));
  }
}
