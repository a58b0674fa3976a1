package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import kvasir.launch.heartbeat.WorldSpec;
import kvasir.measure.Activity;
import org.junit.jupiter.api.Test;

class RemoteRankTest {
  private static RankLauncher launcher(List<String> command, boolean slurm) {
    Duration limit = Duration.ofSeconds(1);
    return new RankLauncher(
        new WorldSpec(List.of("node1"), command, limit, limit, "the run has ended"),
        slurm,
        new RankStreams(System.err, new ResumedOutput(text -> {})),
        new Activity());
  }

  @Test
  void aRemoteRankIsStartedBySshWithEveryWordQuoted() {
    List<String> command = List.of("/opt/jdk/bin/java", "-cp", "a b", "Main", "it's; rm -rf $HOME");
    RankLauncher launcher = launcher(command, false);
    assertEquals(command, launcher.commandFor("localhost", Map.of()));
    assertEquals(
        List.of(
            "ssh",
            "-o",
            "BatchMode=yes",
            "-o",
            "ServerAliveInterval=1",
            "-o",
            "ServerAliveCountMax=1",
            "--",
            "node1",
            "cd '"
                + Path.of("").toAbsolutePath()
                + "' && exec env 'KVASIR_RANK=1' '/opt/jdk/bin/java' '-cp' 'a b' 'Main'"
                + " 'it'\\''s; rm -rf $HOME'"),
        launcher.commandFor("node1", Map.of("KVASIR_RANK", "1")));
  }

  @Test
  void insideSlurmARankIsAStepOfTheJob() {
    List<String> command = List.of("java", "a b");
    assertEquals(
        List.of(
            "srun",
            "--overlap",
            "--nodes=1",
            "--ntasks=1",
            "--unbuffered",
            "--cpu-bind=none",
            "--nodelist=node1",
            "env",
            "KVASIR_RANK=1",
            "java",
            "a b"),
        launcher(command, true).commandFor("node1", Map.of("KVASIR_RANK", "1")));
  }
}
