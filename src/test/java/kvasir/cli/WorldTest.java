package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import kvasir.Mpirun;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cli.job.JobTable;
import kvasir.cli.job.ScoreJob;
import kvasir.cli.terminal.Output;
import kvasir.cli.terminal.StatusLine;
import kvasir.engine.EngineOptions;
import kvasir.engine.PromptInput;
import kvasir.launch.BindTo;
import kvasir.launch.JavaCommand;
import kvasir.launch.Order;
import kvasir.launch.ThisProcess;
import kvasir.launch.Transport;
import kvasir.launch.World;
import kvasir.launch.WorldSettings;
import kvasir.measure.Activity;
import kvasir.tensor.DType;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Worlds that stay up between orders. {@code -Dworld.idle.seconds=1800} lets them wait longer, and
 * the processor time of idle ranks is printed.
 */
@Timeout(120)
class WorldTest {
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();
  private static final int RANKS = 2;
  private static final double TICKS_PER_SECOND = 100;

  /** Returns the settings of a world of ranks on this host. */
  static WorldSettings settings(Transport transport, int ranks) {
    return new WorldSettings(
        ranks,
        WorldSettings.here(ranks),
        false,
        false,
        transport,
        // The limit of messages, not of idle ranks.
        30,
        4,
        BindTo.NONE,
        1,
        null,
        false,
        false);
  }

  private static Order score(String tokens, Transport transport) {
    EngineOptions engine =
        new EngineOptions(
            MODEL.toString(),
            DType.F32,
            AttentionKind.STREAMING,
            EngineOptions.KernelKind.VECTOR,
            16,
            16,
            512,
            List.of(),
            false,
            MergeTopology.AUTO,
            0);
    ScoreJob job = new ScoreJob(engine, new PromptInput("--tokens", true), 0, false, true);
    return JobTable.order(job, settings(transport, RANKS)).withText(tokens);
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(4000)
  void doesOneOrderAfterTheOtherAndIsIdleBetween(Transport transport) throws Exception {
    if (transport == Transport.NATIVE) {
      Mpirun.need();
    }
    KeptConsole console = new KeptConsole();
    boolean here = transport == Transport.INPROCESS;
    Output own = new Output(StatusLine.of(new Activity()));
    ThisProcess process =
        ThisProcess.own(new JobTable(own), console, new Activity(), new JavaCommand(Main.class));
    long idle = Long.getLong("world.idle.seconds", 3);
    try (World world = process.open(settings(transport, RANKS))) {
      assertEquals(0, world.order(score("1,5,9", transport)).get(60, TimeUnit.SECONDS));
      long before = ticks();
      TimeUnit.SECONDS.sleep(idle);
      double share = (ticks() - before) / TICKS_PER_SECOND / idle / RANKS;
      System.out.printf(
          "%s: idle ranks take %.2f %% of a core each over %d s%n", transport, 100 * share, idle);
      assertTrue(here || share < 0.25, "an idle rank takes " + share + " of a core");
      assertEquals(0, world.order(score("1,5,9", transport)).get(60, TimeUnit.SECONDS));
      assertEquals(0, world.order(score("3,5", transport)).get(60, TimeUnit.SECONDS));
    }
    if (!here) {
      List<String> lines = console.out().lines().toList();
      assertEquals(3, lines.size(), console.err());
      assertTrue(lines.get(0).startsWith("{\"tokens\":[1,5,9],\"logprobs\":["), lines.get(0));
      assertEquals(lines.get(0), lines.get(1));
      assertTrue(lines.get(2).startsWith("{\"tokens\":[3,5],"), lines.get(2));
    }
  }

  /** Returns the processor time of all processes below this one, in ticks. */
  private static long ticks() {
    return ProcessHandle.current()
        .descendants()
        .filter(child -> child.info().command().orElse("").endsWith("java"))
        .mapToLong(child -> ticks(child.pid()))
        .sum();
  }

  private static long ticks(long process) {
    try {
      String stat = Files.readString(Path.of("/proc", String.valueOf(process), "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    } catch (IOException e) {
      // It has ended, or this system has no such files.
      return 0;
    }
  }
}
