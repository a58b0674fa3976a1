package kvasir;

import java.io.File;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;

/** MPI installation of this machine, which need not have one. */
public final class Mpirun {
  private Mpirun() {}

  /** Skips the test where there is none. */
  public static void need() {
    String path = System.getenv().getOrDefault("PATH", "");
    boolean found =
        Arrays.stream(path.split(File.pathSeparator, -1))
            .anyMatch(folder -> new File(folder, "mpirun").canExecute());
    Assumptions.assumeTrue(found, "no mpirun on the PATH: native MPI is not tested");
  }
}
