package kvasir.engine.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import kvasir.cluster.Communicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.batch.BatchEngine;
import kvasir.engine.batch.BatchOptions;
import kvasir.engine.batch.BatchRank;
import kvasir.engine.batch.Limits;
import kvasir.engine.batch.Request;
import kvasir.engine.batch.Submission;
import kvasir.engine.batch.TokenSink;
import kvasir.engine.constraint.Constraint;
import kvasir.engine.constraint.GrammarConstraints;
import kvasir.file.Json;
import kvasir.grammar.Grammar;
import kvasir.text.Tokenizer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Constrained outputs in batches on several ranks, which know no text. */
@Execution(ExecutionMode.CONCURRENT)
class ConstrainedRanksTest {
  private static final Path MODEL = Path.of("experiments/demo-model/model");
  private static final GoldenModel DEMO = new GoldenModel(MODEL);
  private static final int[] PROMPT = {1379, 1382, 267, 1384, 278};
  private static final int TOKENS = 64;

  /** Bytes of a rank's memory in which not all sequences fit. */
  private static final long SHORT_OF_MEMORY = 400_000;

  private static final Tokenizer TOKENIZER = Tokenizer.open(MODEL);
  private static final Grammar GRAMMAR = grammar();

  @AfterAll
  static void close() {
    TOKENIZER.close();
  }

  private static Grammar grammar() {
    try {
      return Grammar.ofSchema(
          Json.read(
              """
              {"properties": {"code": {"type": "integer"}, "who": {"enum": ["Moritz", "é🙂"]},
               "more": {"type": "array", "items": {"type": "boolean"}, "maxItems": 2}},
               "required": ["code", "who", "more"]}
              """));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A choice as its client sees it. */
  private static final class Answer implements TokenSink {
    private final List<Integer> ids = new ArrayList<>();
    private boolean complete;
    private boolean ended;

    @Override
    public boolean accept(ChosenToken token) {
      ids.add(token.id());
      return GoldenModel.END.contains(token.id());
    }

    @Override
    public void completed() {
      complete = true;
    }

    @Override
    public void finished() {
      ended = true;
    }

    @Override
    public void failed(String why) {
      throw new AssertionError(why);
    }

    String text() {
      return TOKENIZER.decode(ids.stream().mapToInt(Integer::intValue).toArray());
    }
  }

  private static Request request(int seed, int choices, Optional<String> constraint) {
    SamplingOptions drawn =
        new SamplingOptions(1, 0, 1, 0, seed, new Penalties(1, 0, 0), Map.of(175, 100.0));
    SamplingOptions sampling = seed == 0 ? SamplingOptions.GREEDY : drawn;
    ChoiceOptions options = new ChoiceOptions(sampling, 0, choices, OptionalInt.of(2));
    return new Request(PROMPT, TOKENS, options.constrained(constraint));
  }

  private static List<Answer> compute(BatchEngine batch, List<Long> preemptions) {
    batch.constrainBy(new GrammarConstraints(TOKENIZER, 2112));
    Constraint constraint =
        new Constraint(GRAMMAR, Set.copyOf(GoldenModel.END), Constraint.Before.NOTHING);
    Optional<String> description = Optional.of(constraint.text());
    List<Answer> answers = new ArrayList<>();
    for (int seed = 0; seed < 4; seed++) {
      List<Answer> choices = List.of(new Answer(), new Answer(), new Answer());
      Submission taken = batch.submit(request(seed, choices.size(), description), choices);
      assertTrue(taken instanceof Submission.Accepted);
      answers.addAll(choices);
    }
    Answer free = new Answer();
    assertTrue(batch.submit(request(0, 1, Optional.empty()), free) instanceof Submission.Accepted);
    answers.add(free);
    while (batch.step()) {
      assertTrue(batch.counts().running() <= answers.size());
    }
    preemptions.add(batch.counts().preemptions());
    batch.end();
    answers.forEach(answer -> assertTrue(answer.ended));
    return answers;
  }

  private static List<Answer> rank(Communicator world, long kvBytes, List<Long> preemptions) {
    // Fewer places than choices, so that some of them wait.
    BatchOptions options = new BatchOptions(6, kvBytes, Limits.DEFAULT_STEP_NANOS, true, 1);
    return BatchRank.run(
        DEMO.settings(), world, options, (engine, batch) -> compute(batch, preemptions));
  }

  private static List<Answer> onRanks(int ranks) {
    return LocalWorld.run(
            ranks,
            Duration.ofSeconds(60),
            world -> rank(world, 64 << 20, new CopyOnWriteArrayList<>()))
        .getFirst();
  }

  @Test
  void masksComeAgainAfterAPreemption() {
    List<Answer> alone = onRanks(1);
    List<Long> preemptions = new CopyOnWriteArrayList<>();
    List<Answer> answers =
        LocalWorld.run(
                2, Duration.ofSeconds(60), world -> rank(world, SHORT_OF_MEMORY, preemptions))
            .getFirst();
    assertTrue(preemptions.getFirst() > 0, "no sequence was preempted");
    for (int i = 0; i < alone.size(); i++) {
      assertEquals(alone.get(i).ids, answers.get(i).ids, "answer " + i);
    }
  }

  @Test
  void outputsFitTheirSchemaAndAreEqualOnAllRanks() {
    List<Answer> alone = onRanks(1);
    int complete = 0;
    for (Answer answer : alone.subList(0, alone.size() - 1)) {
      assertEquals(answer.complete, GRAMMAR.takes(answer.text()), answer.text());
      assertTrue(answer.complete || answer.ids.size() == TOKENS, answer.text());
      complete += answer.complete ? 1 : 0;
    }
    assertTrue(complete > 3, "complete: " + complete);
    assertTrue(alone.getLast().text().startsWith(" Ceestead."), alone.getLast().text());
    for (int ranks : new int[] {2, 3, 5, 8}) {
      List<Answer> answers = onRanks(ranks);
      for (int i = 0; i < alone.size(); i++) {
        assertEquals(alone.get(i).ids, answers.get(i).ids, ranks + " ranks, answer " + i);
      }
    }
  }
}
