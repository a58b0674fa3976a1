package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PredictCommandTest {
  private static final String CLUSTER =
      " --latency 5us --bandwidth 12GB/s --read 200GB/s --flops 3TFLOP/s --cores 32";
  private static final String PREDICT = "experiment predict --model qwen3-32b --context 1M";

  private static Launch.Result run(String command) {
    return Launch.here((Object[]) command.split(" ", -1));
  }

  @Test
  void recommendsALayoutAndSaysWhy() {
    Launch.Result result = run(PREDICT + " --nodes 64 --memory 256G --prompt 128K" + CLUSTER);
    assertEquals(0, result.code(), result.err());
    String out = result.out();
    assertTrue(out.contains("262,144 bytes a token, 256.0 GiB at 1,048,576 tokens"), out);
    assertTrue(out.contains("200.0 GB/s (given)"), out);
    assertTrue(out.contains("Recommended: --ranks 64 --threads 32"), out);
    assertTrue(out.contains("beyond the model's context of 40,960"), out);
    assertTrue(out.contains("160 of them for 2,048 threads"), out);
    assertTrue(out.contains("A prompt of 131,072 tokens"), out);
  }

  @Test
  void saysTheSameAsJson() throws IOException {
    Launch.Result result = run(PREDICT + " --nodes 4 --json" + CLUSTER);
    assertEquals(0, result.code(), result.err());
    JsonNode plan = new ObjectMapper().readTree(result.out());
    assertEquals(262_144, plan.path("kv_bytes_per_token").asInt());
    JsonNode decode = plan.path("recommended").path("decode");
    double parts = 0;
    for (String part : new String[] {"weights", "kv", "compute", "own", "latency", "bytes"}) {
      parts += decode.path(part + "_ms").asDouble();
    }
    assertEquals(decode.path("ms_per_token").asDouble(), parts, 1e-9);
    assertTrue(plan.path("reasons").size() > 2);
  }

  @Test
  void measuresWhatIsNotGiven() {
    Launch.Result result =
        run("experiment predict --model 0.6b --context 8192 --nodes 2 --cores 1");
    assertEquals(0, result.code(), result.err());
    assertTrue(result.out().contains("GB/s (measured here)"), result.out());
    assertTrue(result.out().contains("GFLOP/s (measured here)"), result.out());
    assertTrue(result.out().contains("NOT over a network"), result.out());
  }

  @Test
  void takesTheRestOfALargerNodeInProportion() {
    Launch.Result result =
        run(
            "experiment predict --model 32b --context 1M --nodes 64 --latency 5us"
                + " --bandwidth 12GB/s --read 2000GB/s");
    assertEquals(0, result.code(), result.err());
    assertTrue(result.out().contains("cores (in proportion), reads 2000.0 GB/s"), result.out());
    assertTrue(result.out().contains("proportions of this machine; --flops"), result.out());
    assertTrue(result.out().contains("Recommended: --ranks"), result.out());
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of("--model 5b --context 8", "5b"),
        Arguments.of("--model /nowhere --context 8", "/nowhere"),
        Arguments.of("--model 32b", "--context"),
        Arguments.of("--model 32b --context 0", "'0'"),
        Arguments.of("--model 32b --context 999999999G", "'999999999G'"),
        Arguments.of("--model 32b --context 1G", "--context"),
        Arguments.of("--model 32b --context 8 --nodes 0", "--nodes"),
        Arguments.of("--model 32b --context 8 --nodes 32 --shards 16", "32 ranks"),
        Arguments.of("--model 32b --context 8 --shards 8192", "--shards"),
        Arguments.of("--model 32b --context 8 --cores 1024", "--read"),
        Arguments.of("--model 32b --context 8 --latency 5", "'5'"),
        Arguments.of("--model 32b --context 8 --memory lots", "'lots'"),
        Arguments.of("--model 32b --context 8 --cores 4 --ranks-per-node 8", "--ranks-per-node"),
        Arguments.of("--model 32b --context 8 --hosts /nowhere", "/nowhere"),
        Arguments.of("--model 32b --context 8 --hosts slurm --nodes 2", "--nodes"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void nonsenseIsOneLineThatNamesIt(String arguments, String named) {
    run("experiment predict " + arguments).assertRefused(named);
  }
}
