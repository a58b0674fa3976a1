package kvasir.launch;

import java.util.ArrayList;
import java.util.List;

/**
 * Commands for a node of the Slurm job that this process runs in. Each command is a step of that
 * job.
 */
public final class SlurmStep {
  private SlurmStep() {}

  /**
   * Returns the words of a local command that runs a command on a node, at the same time as other
   * steps of the job.
   */
  public static List<String> command(String node, List<String> words) {
    List<String> all = new ArrayList<>(List.of("srun", "--overlap", "--nodes=1", "--ntasks=1"));
    // --unbuffered: ranks write text without a line end, which srun would otherwise hold back.
    all.addAll(List.of("--unbuffered", "--cpu-bind=none", "--nodelist=" + node));
    all.addAll(words);
    return all;
  }
}
