package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks and launchers that die: the run ends, says so, and leaves no process behind. */
@Timeout(90)
class LostRankTest {
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();

  /**
   * A run that is slow enough to be hit: long blocks of work by scalar kernels, again and again.
   */
  private static Process start(String transport) throws IOException {
    if (transport.equals("native")) {
      TransportsTest.needMpirun();
    }
    return Launch.builder(
            "launch/kvasir",
            "generate",
            "--model",
            MODEL,
            "--tokens",
            "1",
            "--ranks",
            "3",
            "--max-new-tokens",
            "128",
            "--ignore-eos",
            "--timeout",
            "20",
            "--transport",
            transport)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.PIPE)
        .start();
  }

  private static List<ProcessHandle> ranks(Process launcher) {
    return launcher
        .descendants()
        .filter(p -> p.info().command().orElse("").endsWith("java"))
        .filter(p -> p.pid() != launcher.pid())
        .toList();
  }

  private static void await(BooleanSupplier condition, String what) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, what);
      Thread.sleep(20);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mpj", "native"})
  void aKilledRankEndsTheRunWithCodeThree(String transport)
      throws IOException, InterruptedException {
    Process launcher = start(transport);
    await(() -> ranks(launcher).size() == 3, "three ranks start");
    List<ProcessHandle> ranks = ranks(launcher);
    ranks.get(1).destroyForcibly();
    assertTrue(launcher.waitFor(15, TimeUnit.SECONDS));
    String err =
        new String(
            launcher.getErrorStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertEquals(3, launcher.exitValue(), err);
    assertTrue(err.contains("was lost"), err);
    await(() -> ranks.stream().noneMatch(ProcessHandle::isAlive), "no orphan");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mpj", "native"})
  void aKilledLauncherLeavesNoOrphan(String transport) throws IOException, InterruptedException {
    Process launcher = start(transport);
    await(() -> ranks(launcher).size() == 3, "three ranks start");
    List<ProcessHandle> ranks = ranks(launcher);
    launcher.destroyForcibly();
    await(() -> ranks.stream().noneMatch(ProcessHandle::isAlive), "no orphan");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mpj", "native"})
  void aTerminatedLauncherLeavesNoOrphan(String transport)
      throws IOException, InterruptedException {
    Process launcher = start(transport);
    await(() -> ranks(launcher).size() == 3, "three ranks start");
    List<ProcessHandle> ranks = ranks(launcher);
    launcher.destroy();
    await(() -> ranks.stream().noneMatch(ProcessHandle::isAlive), "no orphan");
  }
}
