package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import kvasir.cluster.LengthContract;
import kvasir.launch.heartbeat.HeartbeatServer;
import kvasir.launch.heartbeat.WorldSpec;
import kvasir.measure.Activity;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes over MPJ Express. */
@Timeout(120)
class RankLauncherTest {
  @TempDir static Path home;

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeAll
  static void makeMpjHome() throws IOException {
    Files.createDirectories(home.resolve("conf"));
    Files.createDirectories(home.resolve("logs"));
    Files.copy(
        Path.of("mpj-conf/mpjexpress.conf"), home.resolve("conf").resolve("mpjexpress.conf"));
  }

  private int run(int ranks, String... arguments) {
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                "/usr/bin/env",
                "MPJ_HOME=" + home,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                MpjExchange.class.getName()));
    command.addAll(List.of(arguments));
    return new RankLauncher(
            new WorldSpec(
                Collections.nCopies(ranks, "localhost"),
                command,
                Duration.ofSeconds(4),
                Duration.ofSeconds(30),
                "the run has ended"),
            false,
            new RankStreams(
                new PrintStream(err, true, StandardCharsets.UTF_8), new ResumedOutput(text -> {})),
            new Activity())
        .run(HeartbeatServer::finish)
        .code();
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void messagesOfAllSizesArriveWhole() {
    for (int ranks : new int[] {2, 5}) {
      assertEquals(0, run(ranks), errors());
    }
  }

  @Test
  void aMessageOfAnotherLengthIsRefused(@TempDir Path folder) {
    assertEquals(3, run(LengthContract.RANKS, "lengths", folder.toString()), errors());
    LengthContract.REFUSALS.forEach(refusal -> assertTrue(errors().contains(refusal), errors()));
  }

  @Test
  void aRankThatFailsAtStartGivesItsReason() {
    assertEquals(3, run(3, "fail"));
    assertTrue(errors().contains("this rank fails at start"), errors());
    assertTrue(errors().contains("rank 2 on localhost was lost (exit code 7)"), errors());
  }

  @Test
  void aSilentPeerEndsTheRunWithinTheDeadline() {
    assertEquals(3, run(2, "silent"));
    assertTrue(errors().contains("receiving from rank 1"), errors());
  }
}
