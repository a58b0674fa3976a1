package kvasir.engine.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import kvasir.engine.batch.BlockAttention;
import kvasir.engine.batch.Request;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.engine.serving.Generation;
import kvasir.engine.serving.GenerationListener;
import org.junit.jupiter.api.Test;

/** The rest of a generation after the loss of a world, and what its client hears of it. */
class LiveGenerationTest {
  private static final int END = 2;
  private static final OptionalInt NO_LOGPROBS = OptionalInt.empty();

  private final List<String> heard = new ArrayList<>();

  private LiveGeneration generation(int choices, int maxTokens, boolean scored) {
    ChoiceOptions options =
        new ChoiceOptions(new SamplingOptions(1, 0, 1, 0, 9), 0, choices, OptionalInt.empty());
    Request request = new Request(new int[] {10, 11, 12}, maxTokens, options);
    return new LiveGeneration(
        new Generation(scored ? request.scoringPrompt() : request, Set.of(END)), listener());
  }

  private GenerationListener listener() {
    return new GenerationListener() {
      @Override
      public void accepted() {
        heard.add("accepted");
      }

      @Override
      public void began(int cachedTokens) {
        heard.add("began " + cachedTokens);
      }

      @Override
      public void described(ChosenToken token) {
        heard.add("described " + token.id());
      }

      @Override
      public void attended(int choice, BlockAttention attention) {
        heard.add(choice + " attended " + attention.ranks().length);
      }

      @Override
      public void token(int choice, ChosenToken token) {
        heard.add(choice + ": " + token.id());
      }

      @Override
      public void finished(int choice, boolean byEnd) {
        heard.add(choice + (byEnd ? " ended" : " is full"));
      }

      @Override
      public void failed(Failure failure, String cause) {
        heard.add(failure + " " + cause);
      }
    };
  }

  private static ChosenToken token(int id) {
    return new ChosenToken(id, OptionalDouble.empty(), List.of(), Optional.empty());
  }

  private static void begin(LiveGeneration generation) {
    generation.accepted();
    generation.began(0);
  }

  @Test
  void choicesGoOnSeparatelyWithTheirTokens() {
    LiveGeneration generation = generation(4, 3, false);
    begin(generation);
    generation.token(0, token(20));
    generation.token(1, token(30));
    generation.token(1, token(END));
    generation.token(3, token(40));
    generation.token(3, token(41));
    generation.token(3, token(42));
    List<LiveGeneration.Part> rest = generation.rest();
    assertEquals(2, rest.size());
    assertArrayEquals(new int[] {10, 11, 12, 20}, rest.get(0).generation().request().tokens());
    assertArrayEquals(new int[] {10, 11, 12}, rest.get(1).generation().request().tokens());
    assertEquals(2, rest.get(1).generation().request().choice().choice());
    assertEquals(1, rest.get(1).generation().request().choice().choices());
    assertEquals(3, rest.get(0).generation().request().promptTokens());
    assertEquals(3, rest.get(0).generation().request().maxTokens());
    assertEquals(2, generation.running());
    assertEquals(List.of("1 ended", "3 is full"), heard.subList(heard.size() - 2, heard.size()));
  }

  @Test
  void attentionIsCountedAfterALossToo() {
    Request request =
        new Request(
                new int[] {10, 11}, 3, new ChoiceOptions(SamplingOptions.GREEDY, 0, 1, NO_LOGPROBS))
            .watching();
    LiveGeneration generation =
        new LiveGeneration(new Generation(request, Set.of(END)), listener());
    begin(generation);
    generation.attended(0, new BlockAttention(16, 1, new int[1], new double[] {1}));
    generation.token(0, token(20));
    assertTrue(generation.rest().getFirst().generation().request().watched());
    generation.finished(0, true);
    generation.attended(0, new BlockAttention(16, 1, new int[2], new double[2]));
    assertEquals(List.of("accepted", "began 0", "0 attended 1", "0: 20", "0 ended"), heard);
  }

  @Test
  void nothingIsToldTwice() {
    LiveGeneration generation = generation(1, 3, true);
    begin(generation);
    generation.described(token(11));
    List<LiveGeneration.Part> again = generation.rest();
    assertTrue(again.getFirst().generation().request().scored());
    generation.accepted();
    generation.began(2);
    generation.described(token(11));
    generation.described(token(12));
    generation.token(0, token(20));
    assertEquals(List.of("accepted", "began 0", "described 11", "described 12", "0: 20"), heard);
    assertFalse(generation.rest().getFirst().generation().request().scored());
  }

  @Test
  void aPromptThatIsDescribedIsNotScoredAgain() {
    LiveGeneration generation = generation(2, 3, true);
    generation.described(token(11));
    generation.described(token(12));
    Request rest = generation.rest().getFirst().generation().request();
    assertFalse(rest.scored());
    assertEquals(2, rest.choice().choices());
  }

  @Test
  void aStoppedChoiceEndsAtTheLoss() {
    LiveGeneration generation = generation(2, 3, false);
    begin(generation);
    generation.token(0, token(20));
    generation.stop(0);
    assertEquals(1, generation.rest().getFirst().first());
    assertEquals("0 ended", heard.getLast());
    generation.finished(1, false);
    assertTrue(generation.over());
    assertEquals(List.of(), generation.rest());
  }

  @Test
  void fewerRanksMayHaveTooLittleMemory() {
    LiveGeneration generation = generation(1, 3, false);
    generation.failed(GenerationListener.Failure.REFUSED, "too long");
    LiveGeneration begun = generation(1, 3, false);
    begin(begun);
    begun.failed(GenerationListener.Failure.REFUSED, "no blocks");
    assertEquals(List.of("REFUSED too long", "accepted", "began 0", "LOST no blocks"), heard);
  }
}
