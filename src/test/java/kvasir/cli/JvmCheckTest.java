package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kvasir.process.BoundedProcess;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JVMs with options that make vectors slow, each asked what it thinks of itself. */
class JvmCheckTest {
  /** The JVM that is asked. */
  static final class Asked {
    private Asked() {}

    public static void main(String[] arguments) {
      System.out.println(JvmCheck.slowBecause().orElse("nothing"));
    }
  }

  // M3
  @ParameterizedTest
  @CsvSource({
    "-XX:UseAVX=0, FMA",
    "-XX:-UseFMA, FMA",
    "-XX:UseSSE=2, FMA",
    "-XX:MaxVectorSize=8, MaxVectorSize",
    "-XX:CompilationMode=quick-only, optimising compiler",
    "-XX:-UseCompiler, only interprets",
    "-XX:-DoEscapeAnalysis, DoEscapeAnalysis",
    "-Dnothing=special, nothing"
  })
  void anOptionThatMakesVectorsSlowIsNamed(String option, String named) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--add-modules=jdk.incubator.vector"));
    command.add(option);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Asked.class.getName()));
    BoundedProcess.Text answer =
        BoundedProcess.text(new ProcessBuilder(command), Duration.ofMinutes(1), 10_000);
    assertEquals(0, answer.code(), answer.err());
    boolean intel = System.getProperty("os.arch").equals("amd64");
    boolean applies = intel || !option.matches(".*(AVX|SSE).*");
    assertTrue(answer.out().contains(applies ? named : "nothing"), answer.out());
  }
}
