package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import kvasir.launch.heartbeat.WorldSpec;
import kvasir.measure.Activity;
import org.junit.jupiter.api.Test;

class MpirunLauncherTest {
  /** Returns the value of an option in the arguments of mpirun. */
  private static String option(String name, boolean openMpi, String... hosts) {
    Duration limit = Duration.ofSeconds(1);
    WorldSpec spec =
        new WorldSpec(List.of(hosts), List.of("java"), limit, limit, "the run has ended");
    RankStreams streams = new RankStreams(System.err, new ResumedOutput(text -> {}));
    List<String> words =
        new MpirunLauncher(spec, streams, new Activity()).command("mpirun", openMpi);
    return words.get(words.indexOf(name) + 1);
  }

  // C9, C11
  @Test
  void ranksOfThisHostAreNamedSoWhateverItIsCalled() {
    assertEquals("localhost:3", option("--host", true, "localhost", "localhost", "localhost"));
    assertEquals("localhost:2", option("--host", true, "LOCALHOST", "127.0.0.1"));
    assertEquals("localhost", option("-hosts", false, "localhost", "localhost"));
    assertEquals("n1,n1,n2", option("--host", true, "n1", "n1", "n2"));
    assertEquals("3", option("-np", true, "n1", "n1", "n2"));
  }
}
