package kvasir.engine.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cluster.Communicator;
import kvasir.cluster.FromRoot;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.Distribution;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.engine.Generator;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.engine.sampling.Penalties;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.engine.sampling.SamplingState;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import kvasir.weights.Checkpoint;
import kvasir.weights.ModelHash;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that a run which is ended early and resumed in another layout gives the result of an
 * undisturbed one.
 */
@Execution(ExecutionMode.CONCURRENT)
class ResumeTest {
  private static final String MODELS = "src/test/resources/golden";
  private static final int[] PROMPT = IntStream.range(0, 21).map(i -> 5 * i % 47).toArray();
  private static final int NEW_TOKENS = 24;
  private static final SamplingOptions SAMPLED =
      new SamplingOptions(
          0.9, 20, 0.95, 0.01, 11, new Penalties(1.2, 0.3, 0.4), Map.of(7, 1.5, 30, -2.0));

  @TempDir Path folder;

  private static EngineSettings settings(String model, int ranks) {
    return new EngineSettings(
        Path.of(MODELS, model),
        DType.F16,
        AttentionKind.STREAMING,
        new VectorKernels(),
        1 + ranks % 2,
        Binding.NONE,
        16,
        16,
        7 * ranks,
        new Distribution(List.of(), MergeTopology.GATHER, 0));
  }

  private static String hash(Path model) {
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      return new ModelHash(Optional.empty()).of(checkpoint);
    }
  }

  private static SessionHeader header(EngineSettings settings, SamplingOptions sampling) {
    return new SessionHeader(
        "test",
        hash(settings.model()),
        PROMPT,
        new TokenChoice(sampling, List.of(), true),
        settings.kvType(),
        settings.attention(),
        settings.blockTokens(),
        settings.shards());
  }

  /** Begins or resumes a session and runs it until it has all its tokens. */
  private static void run(String model, int ranks, SamplingOptions sampling, Path file) {
    EngineSettings settings = settings(model, ranks);
    LocalWorld.run(
        ranks,
        Duration.ofSeconds(60),
        world -> {
          runRank(settings, world, sampling, file);
          return true;
        });
  }

  private static void runRank(
      EngineSettings settings, Communicator world, SamplingOptions sampling, Path file) {
    SessionLog[] log = new SessionLog[1];
    int[] known =
        Resumption.decode(
                FromRoot.share(
                    world,
                    () -> {
                      log[0] = SessionLog.open(file, () -> header(settings, sampling));
                      return new Resumption(PROMPT, log[0].tokens(), false).encode();
                    }))
            .known();
    int done = known.length - PROMPT.length;
    SamplingState state =
        new SamplingState(
            sampling, 0, PROMPT, Arrays.copyOfRange(known, PROMPT.length, known.length));
    try (Engine engine =
        new Engine(settings, world, new Activity(), PROMPT.length + NEW_TOKENS, null)) {
      new Generator(engine)
          .generate(
              known,
              NEW_TOKENS - done,
              ChoiceRow.of(ChoiceOptions.of(sampling), state, engine.config().vocabulary()),
              List.of(),
              token -> {
                log[0].append(token.id());
                return false;
              },
              prefilled -> {});
    }
    if (log[0] != null) {
      log[0].close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen3-yarn", "llama-bias-sharded", "qwen2-bias-untied"})
  void theFileIsTheSameByteForByteAfterACutAtAnyToken(String model) throws IOException {
    for (SamplingOptions sampling : List.of(SamplingOptions.GREEDY, SAMPLED)) {
      Path file = folder.resolve("whole");
      Files.deleteIfExists(file);
      run(model, 1, sampling, file);
      byte[] expected = Files.readAllBytes(file);
      int header = expected.length - NEW_TOKENS * TokenRecord.BYTES;
      int[] ranks = {1, 2, 3, 5};
      int[] cuts = {0, 1, 2, 11, NEW_TOKENS - 1};
      for (int i = 0; i < ranks.length * cuts.length; i++) {
        int cut = cuts[i % cuts.length];
        int torn = i % TokenRecord.BYTES;
        Path part = folder.resolve("part");
        Files.write(part, Arrays.copyOf(expected, header + cut * TokenRecord.BYTES + torn));
        run(model, ranks[i % ranks.length], sampling, part);
        assertArrayEquals(expected, Files.readAllBytes(part), "cut after " + cut + ", run " + i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void whatARankNumberBeginsAnyOtherEnds(int first) throws IOException {
    Path file = folder.resolve("session");
    run("qwen3-yarn", first, SAMPLED, file);
    byte[] expected = Files.readAllBytes(file);
    for (int next : new int[] {5, 3, 2, 1}) {
      Files.write(file, Arrays.copyOf(expected, expected.length - next * TokenRecord.BYTES - 3));
      run("qwen3-yarn", next, SAMPLED, file);
      assertEquals(-1, Arrays.mismatch(expected, Files.readAllBytes(file)), first + " to " + next);
    }
  }
}
