package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import kvasir.cluster.local.LocalWorld;
import org.junit.jupiter.api.Test;

class LocalRankTest {
  // C5
  @Test
  void ranksShareAHostWithThoseThatRunThere() {
    List<String> hosts = List.of("a", "b", "a", "a", "c");
    assertEquals(new LocalRank(0, 3), LocalRank.of(0, hosts));
    assertEquals(new LocalRank(0, 1), LocalRank.of(1, hosts));
    assertEquals(new LocalRank(2, 3), LocalRank.of(3, hosts));
    assertEquals(new LocalRank(0, 1), LocalRank.of(4, hosts));
  }

  // C5
  @Test
  void theRanksOfOneProcessFindThemselvesOnOneHost() {
    Set<LocalRank> places = ConcurrentHashMap.newKeySet();
    LocalWorld.run(
        3,
        Duration.ofSeconds(30),
        world -> {
          places.add(LocalRank.among(world));
          return 0;
        });
    assertEquals(Set.of(new LocalRank(0, 3), new LocalRank(1, 3), new LocalRank(2, 3)), places);
  }

  // C5
  @Test
  void theLauncherKnowsHostsByTheirNames() {
    Map<String, String> environment = Map.of("KVASIR_LOCAL_RANK", "1", "KVASIR_LOCAL_RANKS", "2");
    assertEquals(new LocalRank(1, 2), LocalRank.ofLauncher(environment));
  }
}
