package kvasir.cluster.nativempi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kvasir.Mpirun;
import kvasir.cluster.LengthContract;
import kvasir.launch.MpirunEnvironment;
import kvasir.measure.ProcessUser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lengths of messages between processes over the system's Open MPI. */
@Timeout(120)
class NativeLengthsTest {
  @TempDir Path folder;

  @Test
  void aMessageOfAnotherLengthIsRefused() throws IOException, InterruptedException {
    Mpirun.need();
    Path out = folder.resolve("out");
    List<String> command = new ArrayList<>(List.of("mpirun", "--oversubscribe"));
    command.addAll(List.of("--bind-to", "none", "-np", String.valueOf(LengthContract.RANKS)));
    if (ProcessUser.isRoot()) {
      command.add("--allow-run-as-root");
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(NativeExchange.class.getName(), folder.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    MpirunEnvironment.prepare(builder.environment(), true);
    Process process = builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
    try {
      int code = process.waitFor();
      String text = Files.readString(out);
      assertEquals(3, code, text);
      LengthContract.REFUSALS.forEach(refusal -> assertTrue(text.contains(refusal), text));
    } finally {
      process.destroy();
    }
  }
}
