package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import kvasir.cluster.Communicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.error.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgreementTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static String refusal(Communicator world, String value) {
    return assertThrows(
            UserError.class, () -> Agreement.require(world, "the model", value, "copy it"))
        .getMessage();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8})
  void equalThingsPass(int ranks) {
    LocalWorld.run(
        ranks,
        LIMIT,
        world -> {
          assertDoesNotThrow(() -> Agreement.require(world, "the model", "same", "copy it"));
          return null;
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 8})
  void everyRankNamesTheFirstThatDiffers(int ranks) {
    List<String> said =
        LocalWorld.run(
            ranks, LIMIT, world -> refusal(world, world.rank() == ranks - 1 ? "other" : "same"));
    assertEquals(1, said.stream().distinct().count());
    assertEquals(
        "rank " + (ranks - 1) + ": the model differs from rank 0's; copy it", said.getFirst());
  }

  @Test
  void whereRankZeroIsTheOddOneRankOneIsNamed() {
    List<String> said =
        LocalWorld.run(3, LIMIT, world -> refusal(world, world.rank() == 0 ? "a" : "b"));
    assertEquals("rank 1: the model differs from rank 0's; copy it", said.get(2));
  }
}
