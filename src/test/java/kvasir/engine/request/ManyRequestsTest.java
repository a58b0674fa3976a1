package kvasir.engine.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import kvasir.HeapUse;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.Waiting;
import kvasir.cluster.WrappedCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.Distribution;
import kvasir.engine.EngineSettings;
import kvasir.engine.batch.BatchOptions;
import kvasir.engine.batch.BatchRank;
import kvasir.kernel.VectorKernels;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import kvasir.text.OptionalTokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Batches of thousands of requests, and a rank whose step throws. */
@Timeout(120)
@Isolated("measures memory")
class ManyRequestsTest {
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();
  private static final int VOCABULARY = 48;
  private static final BatchOptions OPTIONS = new BatchOptions(8, 100_000, 150_000_000, true, 0);
  private static final Provenance RUN = Provenance.of("1", "2", Map.of());

  @TempDir Path folder;

  /** Requests that are made when they are read; a third is empty or an error. */
  private static final class Requests extends InputStream {
    private final int count;
    private final Runnable eachHundred;
    private byte[] line = new byte[0];
    private int next;
    private int made;

    Requests(int count, Runnable eachHundred) {
      this.count = count;
      this.eachHundred = eachHundred;
    }

    @Override
    public int read() {
      if (next == line.length && !more()) {
        return -1;
      }
      return line[next++];
    }

    // Never more than a line, so that no more is read ahead than the feed asks for.
    @Override
    public int read(byte[] target, int offset, int length) {
      if (next == line.length && !more()) {
        return -1;
      }
      int part = Math.min(length, line.length - next);
      System.arraycopy(line, next, target, offset, part);
      next += part;
      return part;
    }

    private boolean more() {
      if (made == count) {
        return false;
      }
      if (made % 100 == 0) {
        eachHundred.run();
      }
      int tokens =
          switch (made % 6) {
            case 0 -> 0;
            case 3 -> -1;
            default -> 1 + made % 3;
          };
      line =
          "{\"id\": %d, \"tokens\": [%d, %d, 9], \"max_tokens\": %d}%n"
              .formatted(made, 3 + made % 41, 3 + made % 37, tokens)
              .getBytes(UTF_8);
      next = 0;
      made++;
      return true;
    }
  }

  private static EngineSettings settings() {
    Distribution distribution = new Distribution(List.of(), MergeTopology.TREE, 0);
    return new EngineSettings(
        MODEL,
        DType.F32,
        AttentionKind.STREAMING,
        new VectorKernels(),
        1,
        Binding.NONE,
        16,
        16,
        64,
        distribution);
  }

  private static void compute(Communicator world, InputStream input, BatchOutput output) {
    BatchRank.run(
        settings(),
        world,
        OPTIONS,
        (engine, batch) -> {
          RequestReader reader = new RequestReader(VOCABULARY);
          int sequences = OPTIONS.maxSequences();
          try (RequestSource source = new RequestSource("--input", input, reader, output)) {
            new BatchRun(engine, batch, source, output, OptionalTokenizer.none(), sequences).run();
          }
          assertEquals(0, batch.live());
          assertEquals(0, batch.counts().running() + batch.counts().waiting());
          return batch.counts();
        });
  }

  @Test
  void memoryDoesNotGrowWithTheRequestsB51() {
    int count = 4000;
    long[] used = new long[count / 100 + 1];
    AtomicInteger index = new AtomicInteger();
    AtomicInteger written = new AtomicInteger();
    int[] behind = {0};
    try (BatchOutput output = BatchOutput.toStream(bytes -> written.incrementAndGet(), RUN)) {
      Requests requests =
          new Requests(
              count,
              () -> {
                int hundred = index.getAndIncrement();
                behind[0] = Math.max(behind[0], 100 * hundred - written.get());
                if (hundred == 2 || hundred == count / 100 - 1) {
                  used[hundred] = HeapUse.afterCollection();
                }
              });
      compute(new SoloCommunicator(), requests, output);
    }
    assertEquals(count, written.get());
    assertTrue(behind[0] <= 6 * OPTIONS.maxSequences(), behind[0] + " requests are held");
    // A line's id is kept, to find it again: a hash of 16 bytes in a map.
    long growth = used[count / 100 - 1] - used[2];
    System.out.printf("%d requests: %d bytes of heap more%n", count - 300, growth);
    assertTrue(growth < 200L * count + (1 << 20), growth + " bytes");
  }

  /** A communicator that fails at one of its exchanges. */
  private static final class Failing extends WrappedCommunicator {
    private final AtomicInteger left;

    Failing(Communicator inner, AtomicInteger left) {
      super(inner);
      this.left = left;
    }

    @Override
    public void exchange(List<Message> sends, List<Message> receives) {
      if (left.decrementAndGet() < 0) {
        throw new IllegalArgumentException("thrown by a test");
      }
      inner.exchange(sends, receives);
    }
  }

  @Test
  void aStepThatThrowsOnOneRankEndsAllB30() throws IOException {
    for (int failing = 0; failing < 3; failing++) {
      Path file = folder.resolve("out" + failing);
      int rank = failing;
      try (BatchOutput output = BatchOutput.toFile(file, RUN)) {
        output.begin();
        IllegalArgumentException thrown =
            assertThrows(
                IllegalArgumentException.class,
                () ->
                    LocalWorld.run(
                        3,
                        Duration.ofSeconds(20),
                        world -> {
                          Communicator own =
                              world.rank() == rank
                                  ? new Failing(world, new AtomicInteger(700))
                                  : world;
                          compute(own, new Requests(4000, () -> {}), output);
                          return 0;
                        }));
        assertEquals("thrown by a test", thrown.getMessage());
      }
      String text = Files.readString(file);
      assertTrue(text.endsWith("\n"), "whole lines");
      assertTrue(text.lines().allMatch(line -> line.endsWith("}")), "whole lines");
      long before = text.lines().count();
      try (BatchOutput output = BatchOutput.toFile(file, RUN)) {
        output.begin();
        compute(new SoloCommunicator(), new Requests(300, () -> {}), output);
        assertTrue(before > 0 && output.kept() > 0, before + " results before the failure");
      }
    }
  }

  /** Input whose second line comes when a rank has made some more exchanges. */
  private static final class LateInput extends InputStream {
    private final ByteArrayInputStream first = lines(1);
    private final ByteArrayInputStream second = lines(2);
    private final BooleanSupplier due;

    LateInput(BooleanSupplier due) {
      this.due = due;
    }

    private static ByteArrayInputStream lines(int id) {
      String line = "{\"id\": %d, \"tokens\": [7], \"max_tokens\": 6}%n".formatted(id);
      return new ByteArrayInputStream(line.getBytes(UTF_8));
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int count = first.read(target, offset, length);
      if (count < 0 && Waiting.until(due, Duration.ofSeconds(60))) {
        return second.read(target, offset, length);
      }
      return count;
    }
  }

  @Test
  void aWorldWithoutWorkOutlivesTheLimitOfItsWaitsB29() {
    // Idle ranks are told so after half of the limit: four times take longer than the limit.
    AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    AtomicInteger before = new AtomicInteger();
    List<String> results = new ArrayList<>();
    LateInput input = new LateInput(() -> before.get() > 0 && before.get() - left.get() >= 4);
    Consumer<byte[]> take =
        bytes -> {
          results.add(new String(bytes, UTF_8));
          before.set(left.get());
        };
    try (BatchOutput output = BatchOutput.toStream(take, RUN)) {
      LocalWorld.run(
          3,
          Duration.ofSeconds(3),
          world -> {
            compute(world.rank() == 0 ? new Failing(world, left) : world, input, output);
            return 0;
          });
    }
    assertEquals(2, results.size());
    for (String result : results) {
      assertTrue(result.contains("[36,45,10,37,37,37]"), result);
    }
  }

  @Test
  void anInputThatFailsEndsTheBatchB50() throws IOException {
    InputStream closed = InputStream.nullInputStream();
    closed.close();
    byte[] line = "{\"id\": 1, \"tokens\": [4]}\n".getBytes(UTF_8);
    InputStream broken = new SequenceInputStream(new ByteArrayInputStream(line), closed);
    try (BatchOutput output = BatchOutput.toStream(bytes -> {}, RUN)) {
      kvasir.error.UserError thrown =
          assertThrows(
              kvasir.error.UserError.class, () -> compute(new SoloCommunicator(), broken, output));
      assertTrue(thrown.getMessage().contains("Stream closed"), thrown.getMessage());
    }
  }
}
