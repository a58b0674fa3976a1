package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kvasir.model.ModelShape;
import kvasir.model.RandomCheckpoint;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Real ranks hold what {@code --memory-limit} counts. Their resident memory is anonymous and shared
 * memory: pages of the mapped model, and of programs, are the system's to drop.
 */
@EnabledOnOs(OS.LINUX)
@Isolated("measures memory")
class RankMemoryTest {
  private static final int NEW_TOKENS = 4;

  // How much of its young generation a JVM touches depends on how soon kernels are compiled: on a
  // quiet machine 92 to 98 % of what is promised is held, on a busy one down to 89 %.
  private static final double LEAST = 0.85;
  private static final double MEBI = 1 << 20;

  @TempDir static Path directory;

  @BeforeAll
  static void writeModel() {
    new RandomCheckpoint(ModelShape.QWEN3_0_6B, 1, 0).write(directory.resolve("m"), bytes -> {});
  }

  @ParameterizedTest
  @CsvSource({"1, 100, mpj", "2, 600, native", "2, 600, mpj"})
  void isWhatIsPromised(int ranks, int prompt, String transport) {
    String model = " --model " + directory.resolve("m") + " --ranks " + ranks + " --threads 1";
    String inspect = "inspect" + model + " --context " + (prompt + NEW_TOKENS);
    // A process of its own: the plan counts the heap of a JVM that the launcher starts.
    Launch.Result plan = kvasir(inspect);
    double promised =
        plan.out()
            .lines()
            .filter(line -> line.matches("\\s+\\d+\\s+\\d+ .* MiB"))
            .mapToDouble(line -> Double.parseDouble(line.replaceAll(".* ([\\d.]+) MiB$", "$1")))
            .max()
            .orElseThrow();
    String tokens =
        IntStream.range(0, prompt).mapToObj(String::valueOf).collect(Collectors.joining(","));
    double held;
    try (Peak peak = new Peak()) {
      Launch.Result run =
          kvasir(
              "generate --transport %s --max-new-tokens %d --tokens %s%s"
                  .formatted(transport, NEW_TOKENS, tokens, model));
      assertEquals(0, run.code(), run.err());
      held = peak.bytes() / MEBI;
    }
    String both = "promised %.0f MiB, held %.0f MiB".formatted(promised, held);
    assertTrue(held <= promised && held >= LEAST * promised, both);
  }

  /** Steps of 512 rows of a prompt beside 192 sequences that generate. */
  @Test
  void isWhatIsPromisedForManySequences() throws IOException {
    int sequences = 192;
    Path input = directory.resolve("many.jsonl");
    try (BufferedWriter lines = Files.newBufferedWriter(input)) {
      for (int i = 0; i < sequences; i++) {
        lines.write(request(i, IntStream.of(i, 7), NEW_TOKENS));
      }
      lines.write(request(sequences, IntStream.range(0, 2000), 1));
    }
    String command =
        "batch --input %s --output - --model %s --ranks 1 --threads 1"
                .formatted(input, directory.resolve("m"))
            + " --max-sequences 193 --kv-memory 64m --step-time 10s";
    Launch.Result plan = kvasir(command + " --memory-limit 1m");
    assertEquals(2, plan.code(), plan.err());
    double promised =
        Double.parseDouble(
            plan.err().replaceAll("(?s).*a rank needs ([\\d,]+) MiB.*", "$1").replace(",", ""));
    double held;
    try (Peak peak = new Peak()) {
      Launch.Result run = kvasir(command);
      assertEquals(0, run.code(), run.err());
      held = peak.bytes() / MEBI;
    }
    String both = "promised %.0f MiB, held %.0f MiB".formatted(promised, held);
    assertTrue(held <= promised && held >= LEAST * promised, both);
  }

  private static String request(int id, IntStream tokens, int count) {
    String ids = tokens.mapToObj(String::valueOf).collect(Collectors.joining(","));
    return "{\"id\":%d,\"tokens\":[%s],\"max_tokens\":%d,\"ignore_eos\":true}%n"
        .formatted(id, ids, count);
  }

  private static Launch.Result kvasir(String words) {
    return Launch.kvasir((Object[]) words.split(" ", -1));
  }

  /** The most that any process below this one holds while it is open. */
  private static final class Peak implements AutoCloseable {
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final AtomicLong most = new AtomicLong();
    private final Thread sampler = Thread.ofPlatform().daemon().start(this::sample);

    double bytes() {
      return most.get();
    }

    private void sample() {
      while (open.get()) {
        ProcessHandle.current()
            .descendants()
            .forEach(process -> most.accumulateAndGet(resident(process.pid()), Math::max));
        try {
          Thread.sleep(10);
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    private static long resident(long process) {
      try {
        // Until a new process starts its program, its memory is that of this one.
        if (Arrays.equals(commandLine("self"), commandLine(String.valueOf(process)))) {
          return 0;
        }
        return Files.readAllLines(Path.of("/proc", String.valueOf(process), "status")).stream()
            .filter(line -> line.startsWith("RssAnon:") || line.startsWith("RssShmem:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
            .sum();
      } catch (IOException e) {
        // It has ended.
        return 0;
      }
    }

    private static byte[] commandLine(String process) throws IOException {
      return Files.readAllBytes(Path.of("/proc", process, "cmdline"));
    }

    @Override
    public void close() {
      open.set(false);
      sampler.interrupt();
    }
  }
}
