package kvasir.engine.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cluster.Communicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.Distribution;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.engine.Fingerprint;
import kvasir.engine.Generator;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.error.UserError;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import kvasir.weights.Checkpoint;
import kvasir.weights.ModelHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that blocks written in one layout are found in another. */
class SnapshotTest {
  private static final Path MODEL = Path.of("src/test/resources/golden/qwen3-yarn");
  private static final String MODEL_HASH = hash();
  private static final int BLOCK = 16;
  private static final int NEW_TOKENS = 9;
  private static final int[] KNOWN = IntStream.range(0, 91).map(i -> 7 * i % 47).toArray();

  private static String hash() {
    try (Checkpoint checkpoint = Checkpoint.open(MODEL)) {
      return new ModelHash(Optional.empty()).of(checkpoint);
    }
  }

  @TempDir Path folder;

  /**
   * The result of a run.
   *
   * @param fingerprint of the logits of all new tokens
   */
  private record Run(
      String fingerprint, int restored, List<Path> damaged, List<String> failures, int length) {}

  private static EngineSettings settings(AttentionKind attention, DType kvType) {
    return new EngineSettings(
        MODEL,
        kvType,
        attention,
        new VectorKernels(),
        1,
        Binding.NONE,
        BLOCK,
        16,
        23,
        new Distribution(List.of(), MergeTopology.GATHER, 0));
  }

  private static final EngineSettings USUAL = settings(AttentionKind.STREAMING, DType.BF16);

  private Run run(int ranks, int... ids) {
    return run(USUAL, ranks, ids);
  }

  private Run run(EngineSettings settings, int ranks, int... ids) {
    List<Run> all =
        LocalWorld.run(ranks, Duration.ofSeconds(60), world -> runRank(settings, world, ids));
    return new Run(
        all.getFirst().fingerprint(),
        all.getFirst().restored(),
        all.stream().flatMap(run -> run.damaged().stream()).toList(),
        all.stream().flatMap(run -> run.failures().stream()).toList(),
        all.getFirst().length());
  }

  private Run runRank(EngineSettings settings, Communicator world, int[] ids) {
    Fingerprint fingerprint = new Fingerprint();
    try (Engine engine =
        new Engine(settings, world, new Activity(), ids.length + NEW_TOKENS, null)) {
      Snapshot snapshot = Snapshot.open(folder, "test", MODEL_HASH, engine, ids);
      int[] rest = Arrays.copyOfRange(ids, snapshot.restored(), ids.length);
      try (snapshot) {
        new Generator(engine, snapshot)
            .generate(
                rest,
                NEW_TOKENS,
                ChoiceRow.after(
                    ids, ChoiceOptions.GREEDY.withLogits(), engine.config().vocabulary()),
                List.of(),
                token -> {
                  token.logits().ifPresent(fingerprint::add);
                  return false;
                },
                done -> {
                  if (done == rest.length) {
                    snapshot.keepPartial();
                  }
                });
        snapshot.keepPartial();
      }
      return new Run(
          fingerprint.finish(),
          snapshot.restored(),
          snapshot.damaged(),
          snapshot.failure().stream().toList(),
          engine.cache().tokens());
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private void clear() throws IOException {
    for (Path file : files()) {
      Files.delete(file);
    }
  }

  private static Set<String> names(List<Path> files) {
    return files.stream().map(Path::toString).collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void whatOneNumberOfRanksKeepsAnyOtherReads(int writers) throws IOException {
    String expected = run(1, KNOWN).fingerprint();
    for (int readers : new int[] {1, 2, 3, 5}) {
      clear();
      Run first = run(writers, KNOWN);
      assertEquals(0, first.restored());
      assertEquals(Math.ceilDiv(first.length(), BLOCK), files().size(), "older ones are gone");
      Run second = run(readers, KNOWN);
      assertEquals(KNOWN.length / BLOCK * BLOCK, second.restored());
      assertEquals(expected, second.fingerprint(), writers + " to " + readers);
      assertEquals(List.of(), second.damaged());
    }
  }

  @Test
  void aSequenceThatGoesOnIsReadToItsLastTokenButOne() throws IOException {
    int prompt = 37;
    int[] whole = KNOWN;
    for (int ranks : new int[] {1, 3}) {
      clear();
      String expected = run(2, whole).fingerprint();
      clear();
      run(2, Arrays.copyOf(whole, prompt));
      // The generated tokens are not those of the test's sequence: only the prompt's blocks fit.
      assertEquals(prompt / BLOCK * BLOCK, run(ranks, whole).restored());
      clear();
      Run again = prefillOnly(ranks, whole);
      assertEquals(0, again.restored());
      Run next = run(5, whole);
      assertEquals(whole.length - 1, next.restored());
      assertEquals(expected, next.fingerprint());
    }
  }

  /** Runs the prefill only, as a run that is killed after it: the partial block is in its file. */
  private Run prefillOnly(int ranks, int[] ids) {
    List<Run> all =
        LocalWorld.run(
            ranks,
            Duration.ofSeconds(60),
            world -> {
              try (Engine engine = new Engine(USUAL, world, new Activity(), ids.length + 1, null);
                  Snapshot snapshot = Snapshot.open(folder, "test", MODEL_HASH, engine, ids)) {
                new Generator(engine, snapshot).prefill(ids, done -> {});
                snapshot.keepPartial();
                return new Run("", snapshot.restored(), List.of(), List.of(), ids.length);
              }
            });
    return all.getFirst();
  }

  @Test
  void missingDamagedAndForeignFilesArePrefilledAndWrittenAnew() throws IOException {
    String expected = run(1, KNOWN).fingerprint();
    List<Path> whole = files();
    for (int i = 0; i < whole.size(); i++) {
      Path file = whole.get(i);
      byte[] bytes = Files.readAllBytes(file);
      Files.delete(file);
      Run missing = run(1 + i % 3, KNOWN);
      assertEquals(expected, missing.fingerprint());
      assertEquals(List.of(), missing.damaged());
      assertArrayEquals(bytes, Files.readAllBytes(file));
      byte[] damaged = bytes.clone();
      damaged[(i * 1009 + 3) % damaged.length] ^= 0x20;
      byte[] foreign = Files.readAllBytes(whole.get((i + 1) % whole.size()));
      for (byte[] bad : List.of(damaged, foreign, Arrays.copyOf(bytes, 100 * i), new byte[0])) {
        Files.write(file, bad);
        Run run = run(1 + i % 5, KNOWN);
        assertEquals(expected, run.fingerprint());
        assertTrue(Set.of(0, 1).contains(run.damaged().size()));
        if (run.restored() < KNOWN.length / BLOCK * BLOCK) {
          assertEquals(List.of(file), run.damaged());
          assertArrayEquals(bytes, Files.readAllBytes(file));
        }
      }
      Files.write(file, bytes);
    }
    assertEquals(names(whole), names(files()));
  }

  @Test
  void blocksOfAnotherPromptTypeOrAttentionAreNeverTaken() throws IOException {
    run(2, KNOWN);
    Set<String> before = names(files());
    int[] other = KNOWN.clone();
    other[0]++;
    assertEquals(0, run(2, other).restored());
    EngineSettings standard = settings(AttentionKind.STANDARD, DType.BF16);
    assertEquals(0, run(standard, 2, KNOWN).restored());
    EngineSettings f16 = settings(AttentionKind.STREAMING, DType.F16);
    assertEquals(0, run(f16, 2, KNOWN).restored());
    Set<String> after = names(files());
    assertTrue(after.containsAll(before));
    assertEquals(4 * before.size(), after.size());
    assertEquals(KNOWN.length / BLOCK * BLOCK, run(2, KNOWN).restored());
  }

  @Test
  void aRunThatCanKeepNoBlocksGoesOnAndSaysSo() throws IOException {
    String expected = run(1, KNOWN).fingerprint();
    Set<String> names = names(files());
    clear();
    // A folder with a block's name that is not empty cannot be replaced, so that writing fails as
    // on a full disk.
    for (String name : names) {
      Files.createDirectories(Path.of(name, "in the way"));
    }
    for (int ranks : new int[] {1, 3}) {
      Run run = run(ranks, KNOWN);
      assertEquals(expected, run.fingerprint());
      assertEquals(0, run.restored());
      assertEquals(ranks, run.failures().size());
      assertEquals(names, names(files()), "no half file");
    }
  }

  @Test
  void aFolderThatCannotBeIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    folder = file;
    UserError refused = assertThrows(UserError.class, () -> run(1, KNOWN));
    assertTrue(refused.getMessage().contains("--snapshot " + file), refused.getMessage());
    folder = file.getParent();
  }

  @Test
  void whatAKilledRunLeftUnfinishedGoesWhenItIsOld() throws IOException {
    Path old = Files.writeString(folder.resolve("a.kv.1.new"), "");
    Path young = Files.writeString(folder.resolve("b.kv.1.new"), "");
    Path users = Files.writeString(folder.resolve("notes.new"), "");
    FileTime yesterday = FileTime.from(Instant.now().minus(Duration.ofDays(1)));
    Files.setLastModifiedTime(old, yesterday);
    Files.setLastModifiedTime(users, yesterday);
    run(1, 1, 2, 3);
    assertTrue(Files.notExists(old));
    assertTrue(Files.exists(young) && Files.exists(users));
  }

  @Test
  void aBlockFileIsWholeOrDamagedWhereverItIsCutOrChanged() throws IOException {
    BlockFile file = BlockFile.in(folder, "0123456789abcdef".repeat(4), 5);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(333);
      assertEquals(BlockFile.ReadResult.NOTHING, file.read(block));
      block.asByteBuffer().put(new byte[] {1, 2, 3});
      file.write(block);
      byte[] whole = Files.readAllBytes(file.path());
      MemorySegment read = arena.allocate(333);
      assertEquals(BlockFile.ReadResult.WHOLE, file.read(read));
      assertEquals(-1, block.mismatch(read));
      for (int at = 0; at < whole.length; at++) {
        byte[] changed = whole.clone();
        changed[at] ^= 0x40;
        for (byte[] bad : List.of(changed, Arrays.copyOf(whole, at))) {
          Files.write(file.path(), bad);
          assertEquals(BlockFile.ReadResult.DAMAGED, file.read(read), "at " + at);
          assertEquals(0, read.get(ValueLayout.JAVA_BYTE, 0));
        }
      }
    }
  }
}
