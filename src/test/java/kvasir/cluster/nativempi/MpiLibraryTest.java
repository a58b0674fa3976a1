package kvasir.cluster.nativempi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import kvasir.error.UserError;
import kvasir.process.BoundedProcess;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MpiLibraryTest {
  private static final Path SHIM = Path.of("src/test/resources/cluster/counting-shim.c");

  @TempDir Path folder;

  private static String refusal(String named) {
    return assertThrows(UserError.class, () -> MpiLibrary.open(new GlobalSymbols(), named))
        .getMessage();
  }

  // C10
  @Test
  void aLibraryThatCannotBeOpenedIsRefusedByItsVariable() throws IOException {
    Path text = Files.writeString(folder.resolve("text.so"), "no library");
    for (String named :
        List.of("", " ", "/nowhere/libmpi.so", folder.toString(), text.toString())) {
      assertTrue(refusal(named).startsWith("KVASIR_MPI_LIBRARY: "), refusal(named));
    }
    assertTrue(refusal("/nowhere/libmpi.so").contains("/nowhere/libmpi.so: cannot open"));
  }

  // C10
  @Test
  void theFirstFunctionThatIsMissingIsNamed() throws Exception {
    Path bare = folder.resolve("bare.so");
    List<String> command =
        List.of("cc", "-shared", "-fPIC", "-DBARE", SHIM.toString(), "-o", bare.toString());
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/cc")), "no cc, profiling libraries not tested");
    BoundedProcess.Text made =
        BoundedProcess.text(new ProcessBuilder(command), Duration.ofMinutes(1), 1000);
    assertEquals(0, made.code(), made.err());
    String refusal = refusal(bare.toString());
    assertTrue(refusal.contains(bare + " has no function MPI_Comm_rank;"), refusal);
  }
}
