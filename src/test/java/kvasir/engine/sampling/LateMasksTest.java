package kvasir.engine.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import kvasir.cluster.Communicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.batch.BatchOptions;
import kvasir.engine.batch.BatchRank;
import kvasir.engine.batch.Limits;
import kvasir.engine.batch.Request;
import kvasir.engine.serving.EngineLoop;
import kvasir.engine.serving.Generation;
import kvasir.engine.serving.GenerationHandle;
import kvasir.engine.serving.GenerationListener;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sequences beside others whose constraints or masks take long. */
class LateMasksTest {
  private static final GoldenModel DEMO = new GoldenModel(Path.of("experiments/demo-model/model"));
  private static final int[] PROMPT = {1379, 1382, 267, 1384, 278};
  private static final int TOKENS = 40;

  /** Tokens of which constrained outputs consist. */
  private static final TokenMask SOME = TokenMask.of(new long[] {0, ~0L, ~0L});

  private static final String SLOW_MASK = "slow mask";
  private static final String SLOW_RULE = "slow rule";
  private static final String QUICK = "quick";

  /** Results of one choice, as its client gets them. */
  private static final class Answer implements GenerationListener {
    private final List<Integer> ids = new CopyOnWriteArrayList<>();
    private final CompletableFuture<List<Integer>> end = new CompletableFuture<>();

    @Override
    public void accepted() {}

    @Override
    public void began(int cachedTokens) {}

    @Override
    public void described(ChosenToken token) {}

    @Override
    public void token(int choice, ChosenToken token) {
      ids.add(token.id());
    }

    @Override
    public void finished(int choice, boolean byEnd) {
      end.complete(ids);
    }

    @Override
    public void failed(Failure failure, String cause) {
      end.completeExceptionally(new IllegalStateException(failure + ": " + cause));
    }

    List<Integer> await() {
      try {
        return end.get(60, TimeUnit.SECONDS);
      } catch (InterruptedException | ExecutionException | TimeoutException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Rule that allows {@link #SOME}; its masks are found when a gate is open. */
  private record Rule(CountDownLatch gate) implements TokenConstraint {
    @Override
    public Search search() {
      return () -> gate.getCount() == 0 ? Optional.of(SOME) : Optional.empty();
    }

    @Override
    public TokenConstraint next(int token) {
      return this;
    }

    @Override
    public boolean complete() {
      return false;
    }
  }

  private static TokenConstraint rule(String description, CountDownLatch gate) {
    return switch (description) {
      case QUICK -> new Rule(new CountDownLatch(0));
      case SLOW_MASK -> new Rule(gate);
      case SLOW_RULE -> {
        await(gate);
        yield new Rule(gate);
      }
      default -> throw new IllegalArgumentException("no rule: " + description);
    };
  }

  private static void await(CountDownLatch gate) {
    try {
      assertTrue(gate.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Generation generation(Optional<String> constraint) {
    ChoiceOptions options = ChoiceOptions.of(SamplingOptions.GREEDY).constrained(constraint);
    return new Generation(new Request(PROMPT, TOKENS, options), Set.of());
  }

  private static Answer submit(EngineLoop loop, String... constraint) {
    Answer answer = new Answer();
    GenerationHandle unused = loop.submit(generation(Stream.of(constraint).findFirst()), answer);
    return answer;
  }

  /** Calls a client of a loop while the loop runs. */
  private interface Client {
    void run(EngineLoop loop, CountDownLatch gate);
  }

  private static Void rank(Communicator world, Client client) {
    BatchOptions options = new BatchOptions(4, 64 << 20, Limits.DEFAULT_STEP_NANOS, true, 1);
    return BatchRank.run(
        DEMO.settings(),
        world,
        options,
        (engine, batch) -> {
          CountDownLatch gate = new CountDownLatch(1);
          EngineLoop loop = new EngineLoop(batch, world.limit());
          loop.constrainBy(description -> rule(description, gate));
          CompletableFuture<Void> done =
              CompletableFuture.runAsync(
                  () -> {
                    try {
                      client.run(loop, gate);
                    } finally {
                      gate.countDown();
                      loop.close();
                    }
                  },
                  command -> Thread.ofPlatform().start(command));
          loop.run();
          return done.join();
        });
  }

  private static void serve(int ranks, Client client) {
    LocalWorld.run(ranks, Duration.ofSeconds(60), world -> rank(world, client));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void streamsGoOnWhileMasksAndRulesTakeLong(int ranks) {
    serve(
        ranks,
        (loop, gate) -> {
          List<Integer> free = submit(loop).await();
          List<Integer> held = submit(loop, QUICK).await();
          Answer slowMask = submit(loop, SLOW_MASK);
          Answer slowRule = submit(loop, SLOW_RULE);
          // Each of these needs many steps, in which the slow ones have no token.
          assertEquals(free, submit(loop).await());
          assertEquals(held, submit(loop, QUICK).await());
          assertEquals(free, submit(loop).await());
          assertEquals(List.of(), slowMask.ids);
          assertEquals(List.of(), slowRule.ids);
          gate.countDown();
          assertEquals(held, slowMask.await());
          assertEquals(held, slowRule.await());
          assertTrue(held.stream().allMatch(SOME::has), held.toString());
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {SLOW_MASK, SLOW_RULE})
  void whatWaitsCanBeCancelled(String constraint) {
    serve(
        1,
        (loop, gate) -> {
          Answer slow = new Answer();
          GenerationHandle handle = loop.submit(generation(Optional.of(constraint)), slow);
          List<Integer> free = submit(loop).await();
          handle.cancel();
          assertEquals(free, submit(loop).await());
          gate.countDown();
          assertEquals(free, submit(loop).await());
          assertEquals(List.of(), slow.ids);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aRuleThatCannotBeMadeIsRefused(int ranks) {
    serve(
        ranks,
        (loop, gate) -> {
          Answer wrong = submit(loop, "wrong");
          Throwable failure = wrong.end.handle((ids, e) -> e).join();
          assertEquals("REFUSED: no rule: wrong", failure.getMessage());
        });
  }
}
