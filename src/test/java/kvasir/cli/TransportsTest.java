package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kvasir.Mpirun;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same run over every transport, by real processes: one fingerprint. */
class TransportsTest {
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();

  private static final Path ROOT = Path.of("").toAbsolutePath();
  private static final String SHIM = "src/test/resources/cluster/counting-shim.c";

  private static String expected;

  @BeforeAll
  static void runAlone() throws IOException {
    expected = fingerprint(Launch.here(words("--ranks 1 --threads 2")));
  }

  private static Object[] words(String layout) {
    List<Object> words = new ArrayList<>(List.of("generate", "--model", MODEL));
    words.addAll(
        List.of("--tokens", "1,2,3,4,5,6,7,8,9", "--max-new-tokens", "30", "--ignore-eos"));
    words.addAll(List.of("--fingerprint", "--json", "--stats"));
    words.addAll(List.of((Object[]) layout.split(" ", -1)));
    return words.toArray();
  }

  private static String fingerprint(Launch.Result result) throws IOException {
    assertEquals(0, result.code(), result.err());
    JsonNode json = new ObjectMapper().readTree(result.out());
    assertEquals(64, json.get("fingerprint").asText().length());
    for (JsonNode rank : json.get("communication")) {
      boolean talks = json.get("communication").size() > 1;
      assertEquals(talks, rank.get("messages_per_token").asDouble() > 0, rank.toString());
      assertEquals(talks, rank.get("bytes_per_token").asDouble() > 0, rank.toString());
    }
    return json.get("fingerprint").asText();
  }

  private static void assertSame(String layout) throws IOException {
    boolean processes = !layout.contains("inprocess");
    Launch.Result result = processes ? Launch.kvasir(words(layout)) : Launch.here(words(layout));
    assertEquals(expected, fingerprint(result), layout);
  }

  @Test
  void inOneProcess() throws IOException {
    assertSame("--ranks 3 --threads 1 --transport inprocess --shares 3,1,2");
    assertSame("--ranks 8 --threads 1 --transport inprocess --merge butterfly --kernels scalar");
    assertSame("--ranks 2 --threads 1 --transport inprocess --shares measured");
  }

  @ParameterizedTest
  @CsvSource({
    "2 ranks x 3 threads, --ranks 2 --threads 3 --bind core --transport mpj --merge tree",
    "5 ranks x 1 thread, --ranks 5 --threads 1 --bind numa --transport mpj --merge alltoall"
  })
  void overMpjExpressAndBoundToProcessors(String layout, String options) throws IOException {
    Launch.Result result = Launch.kvasir(words(options));
    assertEquals(expected, fingerprint(result));
    assertTrue(result.err().contains("rank 1 runs on processors "), result.err());
    assertTrue(result.err().contains(layout), result.err());
  }

  @Test
  void overTheSystemsMpi() throws IOException {
    Mpirun.need();
    assertSame("--ranks 5 --threads 1 --transport native --merge gather");
  }

  // C19
  @Test
  void aUsersMistakeIsOneLineOnEveryTransport() {
    for (String transport : List.of("mpj", "inprocess", "native")) {
      if (transport.equals("native")) {
        Mpirun.need();
      }
      Launch.Result result =
          Launch.kvasir(
              "generate",
              "--model",
              "/nowhere/at/all",
              "--tokens",
              "1",
              "--ranks",
              "2",
              "--transport",
              transport);
      result.assertRefused("/nowhere/at/all");
      Launch.Result late =
          Launch.kvasir(words("--ranks 2 --memory-limit 1K --transport " + transport));
      late.assertRefused("--memory-limit");
      assertTrue(late.err().contains("raise the limit"), late.err());
    }
  }

  @Test
  void badLayoutsAreRefused() {
    Launch.here(words("--ranks 2 --transport inprocess --shares 1,2,3")).assertRefused("--shares");
    Launch.here(words("--ranks 2 --transport inprocess --shares 1,x")).assertRefused("--shares");
    Launch.here(words("--ranks 2 --transport inprocess --shares 0,1")).assertRefused("--shares");
    Launch.here(words("--ranks 2 --transport inprocess --memory-limit lots"))
        .assertRefused("memory-limit");
    Launch.here(words("--ranks 2 --transport inprocess --merge ring")).assertRefused("merge");
    Launch.kvasir(words("--ranks 5 --hosts hostfiles/example-cluster"))
        .assertRefused("no such host");
    Launch.kvasir(words("--ranks 2 --hosts slurm")).assertRefused("not in a Slurm job");
    Launch.here(words("--ranks 2 --transport inprocess --hosts hostfiles/localhost"))
        .assertRefused("--hosts");
  }

  // C18
  @Test
  void aProfilerThatIsPreloadedSeesTheMessages(@TempDir Path folder) throws IOException {
    Mpirun.need();
    Assumptions.assumeTrue(
        Path.of("/usr/bin/cc").toFile().canExecute(), "no cc, profilers of MPI not tested");
    Path shim = folder.resolve("shim.so");
    Object[] build = {"-shared", "-fPIC", ROOT.resolve(SHIM), "-o", shim};
    assertEquals(0, Launch.run("/usr/bin/cc", build).code());
    List<Object> run =
        new ArrayList<>(List.of("LD_PRELOAD=" + shim, ROOT.resolve("launch/kvasir")));
    run.addAll(List.of(words("--ranks 2 --threads 1 --transport native --merge butterfly")));
    Launch.Result result = Launch.run("/usr/bin/env", run.toArray());
    assertEquals(expected, fingerprint(result));
    assertEquals(2, result.err().split("counted sends", -1).length - 1, result.err());
  }

  // C10
  @Test
  void aLibraryThatIsNoneIsRefusedOnce() {
    Mpirun.need();
    List<Object> run =
        new ArrayList<>(List.of("KVASIR_MPI_LIBRARY=", ROOT.resolve("launch/kvasir")));
    run.addAll(List.of(words("--ranks 2 --transport native")));
    Launch.run("/usr/bin/env", run.toArray()).assertRefused("KVASIR_MPI_LIBRARY: is empty");
  }
}
