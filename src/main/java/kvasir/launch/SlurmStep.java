package kvasir.launch;

import java.util.ArrayList;
import java.util.List;

/** Commands for a node of the Slurm job that this process runs in, as steps of that job. */
public final class SlurmStep {
  private SlurmStep() {}

  /** The words of a local command that runs words on a node, beside other steps of the job. */
  public static List<String> command(String node, List<String> words) {
    List<String> all = new ArrayList<>(List.of("srun", "--overlap", "--nodes=1", "--ntasks=1"));
    // Text comes in pieces without a line end, which srun holds back otherwise.
    all.addAll(List.of("--unbuffered", "--cpu-bind=none", "--nodelist=" + node));
    all.addAll(words);
    return all;
  }
}
