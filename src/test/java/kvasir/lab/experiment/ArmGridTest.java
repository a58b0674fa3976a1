package kvasir.lab.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import kvasir.error.UserError;
import kvasir.lab.experiment.ArmGrid.Site;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArmGridTest {
  private static final Site SIX_CORES = new Site(6, 1, true, true);

  @TempDir Path folder;

  private List<Arm> arms(Site site, String text) throws IOException {
    Path file = Files.writeString(folder.resolve("x.toml"), text + "\ngen = [2]\n");
    return ArmGrid.of(DefinitionReader.read(file, false, Map.of()), site);
  }

  private static List<String> ids(List<Arm> arms) {
    return arms.stream().map(Arm::id).toList();
  }

  @Test
  void threadsAgainstProcessesIsEveryPairOfTheProduct() throws IOException {
    String text = "kind = \"threads-vs-processes\"\ntransports = [\"mpj\", \"native\"]";
    assertEquals(
        List.of("1x6", "2x3-mpj", "2x3-native", "3x2-mpj", "3x2-native", "6x1-mpj", "6x1-native"),
        ids(arms(SIX_CORES, text)));
    assertEquals(
        List.of("1x2", "2x1-mpj", "2x1-native"), ids(arms(SIX_CORES, text + "\ncores = 2")));
    List<Arm> spread = arms(new Site(6, 2, true, true), text);
    assertEquals(7, spread.size());
    assertEquals("fewer ranks than the 2 hosts", spread.getFirst().skipped());
    assertTrue(spread.stream().skip(1).allMatch(arm -> arm.skipped().isEmpty()));
  }

  @Test
  void noLayoutThatWasAskedForIsDroppedInSilenceT7() throws IOException {
    List<Arm> arms = arms(SIX_CORES, "kind = \"threads-vs-processes\"\nranks = [1, 2, 17]");
    assertEquals(List.of("1x6", "2x3-mpj", "17x1-mpj"), ids(arms));
    assertEquals("17 ranks cannot share out 6 cores evenly", arms.getLast().skipped());
    arms = arms(SIX_CORES, "kind = \"strong-scaling\"\nranks = [1, 17]");
    assertEquals(List.of("1x1", "1x17", "17x1-mpj"), ids(arms));
    assertEquals(
        "17 ranks are more than the shards, of which there are 16", arms.getLast().skipped());
    assertThrows(
        UserError.class, () -> arms(SIX_CORES, "kind = \"threads-vs-processes\"\nthreads = [2]"));
  }

  @Test
  void scalingComparesRanksWithThreadsAndWeakScalingGrowsTheCache() throws IOException {
    List<Arm> arms = arms(SIX_CORES, "kind = \"weak-scaling\"\ndepth-per-rank = [10]");
    assertEquals(List.of("1x1", "1x2", "2x1-mpj", "1x4", "4x1-mpj"), ids(arms));
    assertEquals(
        List.of(10, 20, 20, 40, 40), arms.stream().map(arm -> arm.depths().getFirst()).toList());
  }

  @Test
  void oneSlowThingOfANetworkAtATime() throws IOException {
    String text =
        "kind = \"network\"\nranks = [2]\nthreads = [1]\n"
            + "added-latency = [\"\", \"1ms\"]\nrate = [\"\", \"1gbit\"]";
    List<String> all = List.of("2x1-mpj", "2x1-mpj-1gbit", "2x1-mpj-1ms-added");
    assertEquals(all, ids(arms(SIX_CORES, text)));
    List<Arm> bare = arms(new Site(6, 1, true, false), text);
    assertEquals(all, ids(bare));
    assertTrue(bare.get(1).skipped().contains("root"), bare.get(1).skipped());
    assertEquals("", bare.get(2).skipped());
  }

  @Test
  void whatIsMissingIsSaidOfTheArmsThatNeedIt() throws IOException {
    List<Arm> arms =
        arms(
            new Site(2, 1, false, true),
            "kind = \"strong-scaling\"\ntransports = [\"inprocess\", \"native\"]\nshards = 1");
    assertEquals(List.of("1x1", "1x2", "2x1-inprocess", "2x1-native"), ids(arms));
    assertEquals("", arms.get(1).skipped());
    assertEquals("2 ranks are more than the shards, of which there are 1", arms.get(2).skipped());
    arms =
        arms(new Site(2, 1, false, true), "kind = \"strong-scaling\"\ntransports = [\"native\"]");
    assertTrue(arms.get(2).skipped().contains("mpirun"), arms.get(2).skipped());
  }

  @Test
  void noArmAtAllIsTheUsersMistake() {
    UserError error =
        assertThrows(
            UserError.class,
            () -> arms(new Site(2, 3, true, true), "kind = \"threads-vs-processes\""));
    assertTrue(error.getMessage().contains("3 hosts"), error.getMessage());
  }
}
