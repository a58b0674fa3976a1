package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import kvasir.EditedModel;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cluster.Communicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.Distribution;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.sampling.Penalties;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.engine.session.BlockStore;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.model.OpenedModel;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks in files as the second tier of the prefix cache. No bit of a result depends on them. */
class BlockStoreTest {
  private static final Path MODEL = Path.of("src/test/resources/golden/qwen3-yarn");
  private static final int BLOCK = 16;
  private static final int COMMON = 70;
  private static final long ROOM = 64 << 20;

  @TempDir Path folder;

  /** Receiver of one sequence. */
  private static final class Answer implements TokenSink {
    private final List<ChosenToken> tokens = new ArrayList<>();
    private String failure = "";

    @Override
    public boolean accept(ChosenToken token) {
      tokens.add(token);
      return false;
    }

    @Override
    public void finished() {
      // The engine counts them.
    }

    @Override
    public void failed(String cause) {
      failure = cause;
    }
  }

  /** Results on rank 0, and the damaged files that all ranks found. */
  private record Outcome(
      List<List<ChosenToken>> tokens, List<String> failures, Counts counts, List<Path> damaged) {}

  private static EngineSettings settings(Path model) {
    return new EngineSettings(
        model,
        DType.BF16,
        AttentionKind.STREAMING,
        new VectorKernels(),
        1,
        Binding.NONE,
        BLOCK,
        16,
        64,
        new Distribution(List.of(), MergeTopology.TREE, 0));
  }

  /** Returns prompts with common first tokens, greedy and drawn with penalties of the prompt. */
  private static List<Request> requests() {
    SamplingOptions drawn =
        new SamplingOptions(0.9, 0, 1, 0, 3, new Penalties(1.3, 0.1, 0.2), Map.of());
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      int[] prompt = new int[COMMON + 5 + 9 * i];
      for (int j = 0; j < prompt.length; j++) {
        prompt[j] = 3 + (j < COMMON ? 5 * j : 7 * j + i) % 40;
      }
      SamplingOptions sampling = i % 2 == 0 ? SamplingOptions.GREEDY : drawn;
      ChoiceOptions options = new ChoiceOptions(sampling, 0, 1, OptionalInt.of(2));
      requests.add(new Request(prompt, 20, options));
    }
    return requests;
  }

  private Outcome run(int ranks, boolean stores, long kvBytes) {
    return run(MODEL, ranks, stores, kvBytes, requests());
  }

  private Outcome run(Path model, int ranks, boolean stores, long kvBytes, List<Request> requests) {
    List<Outcome> all =
        LocalWorld.run(
            ranks, Duration.ofSeconds(60), world -> run(model, world, stores, kvBytes, requests));
    return new Outcome(
        all.getFirst().tokens(),
        all.getFirst().failures(),
        all.getFirst().counts(),
        all.stream().flatMap(outcome -> outcome.damaged().stream()).toList());
  }

  private Outcome run(
      Path model, Communicator world, boolean stores, long kvBytes, List<Request> requests) {
    BatchOptions options = new BatchOptions(4, kvBytes, Limits.DEFAULT_STEP_NANOS, true, 1);
    List<Answer> answers = requests.stream().map(request -> new Answer()).toList();
    Optional<BlockStore> store = Optional.empty();
    try (OpenedModel opened = new OpenedModel(model);
        Engine engine =
            Engine.batching(
                opened,
                settings(model),
                world,
                new Activity(),
                options.maxSequences(),
                options.kvBytes())) {
      store =
          stores
              ? Optional.of(BlockStore.open(folder, "test", opened.hash(), engine))
              : Optional.empty();
      BatchEngine batch = new BatchEngine(engine, options, store);
      if (world.rank() > 0) {
        batch.follow();
      } else {
        for (int i = 0; i < requests.size(); i++) {
          assertTrue(batch.submit(requests.get(i), answers.get(i)) instanceof Submission.Accepted);
        }
        while (batch.live() > 0) {
          assertTrue(batch.step());
        }
        batch.end();
      }
      store.ifPresent(BlockStore::close);
      assertEquals(Optional.empty(), store.flatMap(BlockStore::failure));
      return new Outcome(
          answers.stream().map(answer -> answer.tokens).toList(),
          answers.stream().map(answer -> answer.failure).toList(),
          world.rank() == 0 ? batch.counts() : null,
          store.map(BlockStore::damaged).orElse(List.of()));
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted().toList();
    }
  }

  @Test
  void blocksThatOtherRanksWroteAreReadInsteadOfComputed() throws IOException {
    Outcome expected = run(1, false, ROOM);
    for (int[] ranks : new int[][] {{1, 3}, {2, 1}, {3, 2}, {5, 4}}) {
      for (Path file : files()) {
        Files.delete(file);
      }
      Outcome first = run(ranks[0], true, ROOM);
      assertEquals(expected.tokens(), first.tokens());
      int written = files().size();
      assertTrue(written >= 6 + COMMON / BLOCK, written + " files");
      Outcome second = run(ranks[1], true, ROOM);
      // Records of doubles are equal if the bits are.
      assertEquals(expected.tokens(), second.tokens());
      assertEquals(List.of(), second.damaged());
      // What is left of a prompt is the part of a block at its end, at least one token.
      assertTrue(second.counts().promptRows() <= 6 * BLOCK, second.counts().toString());
      assertTrue(second.counts().promptRows() < first.counts().promptRows());
      assertEquals(written, files().size());
    }
  }

  @Test
  void damagedAndMissingFilesAreComputedAndWrittenAgain() throws IOException {
    Outcome expected = run(2, true, ROOM);
    List<Path> files = files();
    for (int i = 0; i < files.size(); i++) {
      if (i % 3 == 0) {
        byte[] bytes = Files.readAllBytes(files.get(i));
        bytes[bytes.length - 1 - i] ^= 1;
        Files.write(files.get(i), bytes);
      } else if (i % 3 == 1) {
        Files.delete(files.get(i));
      }
    }
    assertEquals(expected.tokens(), run(3, true, ROOM).tokens());
    // A damaged block behind a missing one has not been read, so it takes one more run.
    assertEquals(expected.tokens(), run(1, true, ROOM).tokens());
    Outcome whole = run(2, true, ROOM);
    assertEquals(expected.tokens(), whole.tokens());
    assertEquals(files, files());
  }

  // B16: blocks that are being written are not handed out, and everything ends.
  @Test
  void aPoolThatHardlySufficesGivesTheSameBits() {
    Outcome expected = run(1, false, ROOM);
    try (OpenedModel opened = new OpenedModel(MODEL)) {
      long block = Engine.cacheShape(settings(MODEL), opened.config()).blockBytes();
      for (int ranks = 1; ranks <= 2; ranks++) {
        for (int i = 0; i < 2; i++) {
          assertEquals(expected.tokens(), run(ranks, true, 12 * block).tokens());
        }
      }
    }
  }

  // B42
  @Test
  void nothingOfASequenceWithNanIsWritten() throws IOException {
    Path model =
        EditedModel.golden("qwen2-bias-untied", folder.resolve("model"))
            .tensors(
                tensors ->
                    ByteBuffer.wrap(tensors.get("model.embed_tokens.weight").bytes())
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putFloat(Float.BYTES * 48 * 45, Float.NaN))
            .folder();
    int[] prompt = new int[60];
    for (int i = 0; i < prompt.length; i++) {
      prompt[i] = i == 50 ? 45 : 3 + i % 30;
    }
    for (int ranks = 1; ranks <= 2; ranks++) {
      Outcome failed =
          run(model, ranks, true, ROOM, List.of(new Request(prompt, 4, ChoiceOptions.GREEDY)));
      assertTrue(failed.failures().getFirst().contains("not finite"), failed.toString());
      assertEquals(List.of(model), files());
    }
  }
}
