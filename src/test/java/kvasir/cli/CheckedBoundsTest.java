package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The switch that has each vector access checked; ranks take over the options of their launcher.
 */
class CheckedBoundsTest {
  private static final String BOUNDS = "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=";

  private static List<String> bounds(String checked) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            "bash", "-c", ". launch/common.sh; printf '%s\\n' \"${JVM_OPTIONS[@]}\"");
    builder.environment().remove("KVASIR_CHECKED");
    if (checked != null) {
      builder.environment().put("KVASIR_CHECKED", checked);
    }
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return out.lines().filter(line -> line.startsWith(BOUNDS)).toList();
  }

  @Test
  void boundsAreCheckedWhereAsked() throws IOException {
    assertEquals(List.of(BOUNDS + 2), bounds("1"));
    assertEquals(List.of(BOUNDS + 0), bounds("0"));
    assertEquals(List.of(BOUNDS + 0), bounds(null));
  }

  @Test
  void theTestsOfCommandsHaveThemOn() {
    assertEquals("1", Launch.builder("launch/kvasir").environment().get("KVASIR_CHECKED"));
  }
}
