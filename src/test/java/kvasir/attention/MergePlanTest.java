package kvasir.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import kvasir.cache.Ownership;
import org.junit.jupiter.api.Test;

class MergePlanTest {
  /** Returns the parenthesisation of a plan, executed on symbols instead of states. */
  private static String parenthesisation(MergePlan plan) {
    int shards = plan.ownership().shards();
    String[] states = new String[shards];
    for (int position = 0; position < shards; position++) {
      states[position] = String.valueOf(plan.ownership().shardAt(position));
    }
    for (MergePlan.Step step : plan.steps()) {
      states[step.left()] = "(" + states[step.left()] + " " + states[step.right()] + ")";
      states[step.right()] = null;
    }
    return states[0];
  }

  @Test
  void theTreeOfEightShardsIsTheOneInTheDocuments() {
    assertEquals(
        "(((0 4) (2 6)) ((1 5) (3 7)))", parenthesisation(MergePlan.of(new Ownership(8, 1))));
  }

  @Test
  void everyNumberOfRanksHasTheSameParenthesisation() {
    for (int shards = 1; shards <= 128; shards *= 2) {
      String expected = parenthesisation(MergePlan.of(new Ownership(shards, 1)));
      for (int ranks = 1; ranks <= shards; ranks++) {
        assertEquals(
            expected,
            parenthesisation(MergePlan.of(new Ownership(shards, ranks))),
            shards + " shards, " + ranks + " ranks");
      }
    }
  }

  @Test
  void strideHalvingIsTheSameTree() {
    for (int shards = 1; shards <= 64; shards *= 2) {
      String[] states = new String[shards];
      for (int shard = 0; shard < shards; shard++) {
        states[shard] = String.valueOf(shard);
      }
      for (int stride = shards / 2; stride >= 1; stride /= 2) {
        for (int shard = 0; shard < stride; shard++) {
          states[shard] = "(" + states[shard] + " " + states[shard + stride] + ")";
        }
      }
      assertEquals(states[0], parenthesisation(MergePlan.of(new Ownership(shards, 1))));
    }
  }

  @Test
  void messagesGoFromHigherToLowerRanksAndAreFew() {
    for (int ranks = 1; ranks <= 16; ranks++) {
      MergePlan plan = MergePlan.of(new Ownership(16, ranks));
      long messages = plan.steps().stream().filter(MergePlan.Step::message).count();
      for (MergePlan.Step step : plan.steps()) {
        assertTrue(step.target() <= step.source());
      }
      assertTrue(messages >= ranks - 1);
      assertTrue(messages <= (ranks - 1) * 4L);
      if (Integer.bitCount(ranks) == 1) {
        assertEquals(ranks - 1, messages);
      }
    }
  }

  @Test
  void aPlanWithoutNetworkHasOneRank() {
    assertTrue(MergePlan.of(new Ownership(16, 1)).crossing(0).isEmpty());
  }
}
