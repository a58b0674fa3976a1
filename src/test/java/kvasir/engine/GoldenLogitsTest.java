package kvasir.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import kvasir.SharedData;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cache.KvTypes;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.kernel.Kernels;
import kvasir.kernel.ScalarKernels;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import kvasir.tensor.StorageFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests whole models against logits that Hugging Face transformers computed. */
@Execution(ExecutionMode.CONCURRENT)
class GoldenLogitsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double TOLERANCE = 1e-4;

  private static EngineSettings settings(
      Path model,
      StorageFormat kv,
      AttentionKind attention,
      Kernels kernels,
      int threads,
      int chunk) {
    return new EngineSettings(
        model, kv, attention, kernels, threads, Binding.NONE, 16, 16, chunk, Distribution.DEFAULT);
  }

  private static Path golden(String name) {
    return Path.of("src/test/resources/golden", name);
  }

  /** Returns the logits of all positions, {@code [tokens * vocabulary]}, on rank 0. */
  private static float[] logits(EngineSettings settings, Communicator world, int[] ids) {
    try (Engine engine = new Engine(settings, world, new Activity(), ids.length, null)) {
      int vocabulary = engine.config().vocabulary();
      float[] all = new float[ids.length * vocabulary];
      for (int from = 0; from < ids.length; from += settings.prefillChunk()) {
        int count = Math.min(settings.prefillChunk(), ids.length - from);
        engine.decoder().forward(ids, from, count);
        float[] out = new float[count * vocabulary];
        engine.decoder().logits(0, count, out);
        System.arraycopy(out, 0, all, from * vocabulary, out.length);
      }
      return all;
    }
  }

  private static int[] ints(JsonNode array) {
    return JSON.convertValue(array, int[].class);
  }

  private static void assertClose(JsonNode expected, float[] actual, String what) {
    List<Double> flat = new ArrayList<>();
    flatten(expected, flat);
    assertEquals(flat.size(), actual.length, what);
    double worst = 0;
    for (int i = 0; i < actual.length; i++) {
      worst = Math.max(worst, Math.abs(flat.get(i) - actual[i]));
    }
    assertTrue(worst <= TOLERANCE, what + ": max |difference| " + worst);
  }

  private static void flatten(JsonNode node, List<Double> into) {
    if (node.isArray()) {
      node.forEach(child -> flatten(child, into));
    } else {
      into.add(node.asDouble());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-qwen3-golden", "tiny-llama-golden"})
  void sharedModelsAgree(String name) throws IOException {
    Path model = SharedData.path(name);
    JsonNode cases = JSON.readTree(model.resolve("golden.json").toFile()).get("cases");
    for (JsonNode c : cases) {
      int batch = c.get("input_ids").size();
      for (int row = 0; row < batch; row++) {
        int[] ids = ints(c.get("input_ids").get(row));
        List<Double> flat = new ArrayList<>();
        flatten(c.get("logits"), flat);
        int n = flat.size() / batch;
        JsonNode part = JSON.valueToTree(flat.subList(row * n, (row + 1) * n));
        for (AttentionKind kind : AttentionKind.values()) {
          for (Kernels kernels : List.of(new ScalarKernels(), new VectorKernels())) {
            EngineSettings s = settings(model, DType.F32, kind, kernels, 2, 5);
            assertClose(part, logits(s, new SoloCommunicator(), ids), name + " " + kind);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2-bias-untied", "qwen3-yarn", "llama-bias-sharded"})
  void ownModelsAgreeAndContinueAlike(String name) throws IOException {
    Path model = golden(name);
    JsonNode expected = JSON.readTree(model.resolve("golden.json").toFile());
    int[] ids = ints(expected.get("input_ids"));
    EngineSettings settings =
        settings(model, DType.F32, AttentionKind.STREAMING, new VectorKernels(), 2, 128);
    assertClose(expected.get("logits"), logits(settings, new SoloCommunicator(), ids), name);
    try (Engine engine =
        new Engine(settings, new SoloCommunicator(), new Activity(), ids.length + 16, null)) {
      Generation generation =
          new Generator(engine)
              .generate(
                  ids,
                  16,
                  ChoiceRow.after(ids, ChoiceOptions.GREEDY, engine.config().vocabulary()),
                  List.of(),
                  t -> false,
                  n -> {});
      assertEquals(JSON.convertValue(expected.get("greedy"), List.class), generation.tokens());
    }
  }

  @Test
  void everyLayoutChunkAndKernelGivesTheSameBits() throws IOException {
    for (String name : List.of("qwen3-yarn", "llama-bias-sharded", "qwen2-bias-untied")) {
      Path model = golden(name);
      int[] ids = ints(JSON.readTree(model.resolve("golden.json").toFile()).get("input_ids"));
      for (StorageFormat kv : KvTypes.ALL) {
        for (AttentionKind kind : AttentionKind.values()) {
          float[] expected =
              logits(
                  settings(model, kv, kind, new ScalarKernels(), 1, 128),
                  new SoloCommunicator(),
                  ids);
          // Every second number of ranks; the others with the other kind of attention.
          boolean even = (kind == AttentionKind.STREAMING) == (kv == DType.F16);
          for (int ranks = even ? 2 : 1; ranks <= 9; ranks += 2) {
            int threads = 1 + ranks % 3;
            int chunk = ranks % 2 == 0 ? 1 + ranks : 128;
            EngineSettings equal = settings(model, kv, kind, new VectorKernels(), threads, chunk);
            EngineSettings s = equal.with(distribution(ranks));
            float[] actual =
                LocalWorld.run(ranks, Duration.ofSeconds(60), world -> logits(s, world, ids))
                    .get(0);
            assertSameBits(expected, actual, name + " " + kv + " " + kind + " " + ranks + " ranks");
          }
        }
      }
    }
  }

  /**
   * Returns a distribution with another topology for each number of ranks, and with uneven shares
   * for odd numbers.
   */
  private static Distribution distribution(int ranks) {
    List<MergeTopology> all = List.of(MergeTopology.values());
    List<Integer> weights =
        ranks % 2 == 0
            ? List.of()
            : IntStream.range(0, ranks).mapToObj(rank -> 1 + rank % 3).toList();
    return new Distribution(weights, all.get(ranks % all.size()), 0);
  }

  private static void assertSameBits(float[] expected, float[] actual, String what) {
    for (int i = 0; i < expected.length; i++) {
      assertEquals(Float.floatToRawIntBits(expected[i]), Float.floatToRawIntBits(actual[i]), what);
    }
  }
}
