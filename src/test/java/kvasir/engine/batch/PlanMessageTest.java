package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.Penalties;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.engine.sampling.TokenMask;
import org.junit.jupiter.api.Test;

/** Plans of every size as bytes (B45), and bytes that are not plans. */
class PlanMessageTest {
  private static final int ROOM = PlanMessage.FIRST_BYTES - PlanMessage.HEADER_BYTES;

  /** Bytes of a span with rows whose ids take one byte each, besides the ids. */
  private static final int SPAN_BYTES = 6;

  @Test
  void aPlanWithoutRowsOrLogits() {
    check(new StepPlan(0, List.of(), List.of()), 0);
    check(new StepPlan(1, everyOperation(), List.of()), 0);
    check(new StepPlan(Long.MAX_VALUE, List.of(), List.of(span(1, 0, 5, 0))), 0);
    check(new StepPlan(4, List.of(), List.of(), List.of(0, 31, 70_000)), 0);
  }

  @Test
  void idsThatJustFitIntoTheFirstMessageAndOneMore() {
    check(new StepPlan(3, List.of(), List.of(span(1, 0, ROOM - SPAN_BYTES, 1))), 0);
    check(new StepPlan(3, List.of(), List.of(span(1, 0, ROOM - SPAN_BYTES + 1, 1))), 1);
  }

  @Test
  void theUsualStepIsOneMessage() {
    int[] ids = new int[512];
    Arrays.fill(ids, 151_935);
    check(new StepPlan(9, List.of(), List.of(new Span(70_000, 90_000, ids, 1))), 0);
    List<Span> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      rows.add(new Span(20_000 + i, 10_000 + i, new int[] {150_000 + i}, 1));
    }
    check(new StepPlan(9, List.of(), rows), 0);
  }

  @Test
  void biasesOfAWholeVocabularyInManySequences() {
    Map<Integer, Double> bias = new HashMap<>();
    IntStream.range(0, 151_936).forEach(id -> bias.put(id, -id / 3e3));
    Operation choose =
        choose(new SamplingOptions(0, 0, 1, 0, 0, Penalties.NONE, bias), OptionalInt.empty());
    PlanMessage message =
        PlanMessage.encode(new StepPlan(9, Collections.nCopies(4, choose), List.of()));
    List<Operation> read = message.decode().operations();
    assertEquals(4, read.size());
    assertEquals(text((Operation.Choose) choose), text((Operation.Choose) read.getLast()));
  }

  @Test
  void longAndLargeNumbers() {
    int[] ids = new int[100_000];
    Arrays.fill(ids, Integer.MAX_VALUE);
    Span span = new Span(Long.MAX_VALUE, Integer.MAX_VALUE - ids.length, ids, ids.length);
    check(new StepPlan(9, everyOperation(), List.of(span)), -1);
  }

  @Test
  void negativeNumbersAreRefused() {
    StepPlan plan = new StepPlan(0, List.of(), List.of(new Span(1, 0, new int[] {-1}, 0)));
    assertThrows(IllegalArgumentException.class, () -> PlanMessage.encode(plan));
    assertThrows(IllegalArgumentException.class, () -> new Span(1, 0, new int[0], 0));
    assertThrows(IllegalArgumentException.class, () -> new Span(1, 0, new int[1], 2));
  }

  @Test
  void hostileSizesAreRefused() {
    byte[] first = PlanMessage.encode(new StepPlan(0, everyOperation(), List.of())).first();
    for (int field : new int[] {0, 4, 16, 20, 24}) {
      for (int value : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 27}) {
        byte[] bytes = first.clone();
        ByteBuffer.wrap(bytes).putInt(field, value);
        assertThrows(IllegalArgumentException.class, () -> decode(bytes), field + ": " + value);
      }
    }
    byte[] negativeStep = first.clone();
    negativeStep[8] = -1;
    assertThrows(IllegalArgumentException.class, () -> decode(negativeStep));
    byte[] tail = first.clone();
    tail[PlanMessage.FIRST_BYTES - 1] = 1;
    assertThrows(IllegalArgumentException.class, () -> decode(tail));
    byte[] cut = Arrays.copyOf(first, 100);
    assertThrows(IllegalArgumentException.class, () -> PlanMessage.moreBytes(cut));
  }

  @Test
  void damagedPlansAreReadOrRefused() {
    PlanMessage sound =
        PlanMessage.encode(
            new StepPlan(5, everyOperation(), List.of(span(1, 7, 4100, 3), span(2, 0, 3, 0))));
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] first = sound.first().clone();
      for (int change = random.nextInt(1, 4); change > 0; change--) {
        int at = random.nextBoolean() ? random.nextInt(80) : random.nextInt(first.length);
        first[at] = (byte) random.nextInt(256);
      }
      try {
        StepPlan plan = new PlanMessage(first, sound.more()).decode();
        PlanMessage again = PlanMessage.encode(plan);
        assertArrayEquals(first, again.first());
        assertArrayEquals(sound.more(), again.more());
      } catch (IllegalArgumentException e) {
        assertEquals(true, e.getMessage() != null);
      }
    }
  }

  private static StepPlan decode(byte[] first) {
    return new PlanMessage(first, new byte[0]).decode();
  }

  private static void check(StepPlan plan, int more) {
    PlanMessage message = PlanMessage.encode(plan);
    assertEquals(PlanMessage.FIRST_BYTES, message.first().length);
    assertEquals(message.more().length, PlanMessage.moreBytes(message.first()));
    if (more >= 0) {
      assertEquals(more, message.more().length);
    }
    StepPlan decoded = message.decode();
    assertEquals(plan.step(), decoded.step());
    assertEquals(text(plan), text(decoded));
  }

  private static String text(StepPlan plan) {
    StringBuilder text = new StringBuilder();
    for (Operation operation : plan.operations()) {
      text.append(
          switch (operation) {
            case Operation.Start(long sequence, int[] slots) ->
                "Start " + sequence + Arrays.toString(slots);
            case Operation.Load(long sequence, int block, int[] ids) ->
                "Load " + sequence + " " + block + Arrays.toString(ids);
            case Operation.Save(long sequence, int[] slots, int[] ids) ->
                "Save " + sequence + Arrays.toString(slots) + Arrays.toString(ids);
            case Operation.Choose choose -> text(choose);
            case Operation.Mask(long sequence, TokenMask tokens) ->
                "Mask " + sequence + tokens.isAll() + Arrays.toString(tokens.words());
            default -> operation.toString();
          });
      text.append('\n');
    }
    text.append(plan.wholeRows());
    for (Span span : plan.spans()) {
      text.append(span.sequence()).append(' ').append(span.position()).append(' ');
      text.append(span.logits()).append(Arrays.toString(span.tokens())).append('\n');
    }
    return text.toString();
  }

  private static String text(Operation.Choose choose) {
    return "Choose %d %s %d %d %s %s"
        .formatted(
            choose.sequence(),
            choose.options(),
            choose.promptTokens(),
            choose.stored(),
            Arrays.toString(choose.promptIds()),
            Arrays.toString(choose.outputIds()));
  }

  private static Operation choose(SamplingOptions sampling, OptionalInt logprobs) {
    ChoiceOptions options = new ChoiceOptions(sampling, 127, 128, logprobs, logprobs.isEmpty());
    return new Operation.Choose(1, options, 20, 22, new int[] {3, 4, 70_000}, new int[] {9, 9});
  }

  private static List<Operation> everyOperation() {
    return List.of(
        new Operation.Release(0),
        new Operation.Start(1, new int[] {3, 4, 70_000}),
        new Operation.Start(Long.MAX_VALUE, new int[0]),
        new Operation.Add(1, 3, 9),
        new Operation.Copy(1, 3, 8, 9, 5),
        choose(SamplingOptions.GREEDY, OptionalInt.empty()),
        choose(
            new SamplingOptions(
                1e-300,
                Integer.MAX_VALUE,
                0.9999999,
                -0.0,
                Long.MIN_VALUE,
                new Penalties(Double.MIN_VALUE, -2, Double.MAX_VALUE),
                Map.of(0, -100.0, 151_935, 0.1, 7, 100.0)),
            OptionalInt.of(151_936)),
        new Operation.Load(1, 3, new int[] {5, 70_000}),
        new Operation.Save(2, new int[] {9}, new int[] {1, 2}),
        new Operation.Mask(3, TokenMask.ALL),
        new Operation.Mask(4, TokenMask.of(new long[] {0, -1L, 5, 0})),
        new Operation.Mask(5, TokenMask.of(new long[0])),
        new Operation.Mask(6, TokenMask.of(new long[] {0x5555555555555555L, Long.MIN_VALUE})),
        new Operation.Watch(70_000),
        new Operation.Truncate(1, Integer.MAX_VALUE));
  }

  private static Span span(long sequence, int position, int rows, int logits) {
    int[] ids = new int[rows];
    Arrays.setAll(ids, i -> i % 128);
    return new Span(sequence, position, ids, logits);
  }
}
