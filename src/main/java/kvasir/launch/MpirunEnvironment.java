package kvasir.launch;

import java.util.List;
import java.util.Map;
import kvasir.cluster.nativempi.NativeRank;

/**
 * Environment of an {@code mpirun} that Kvasir starts: that of this process, without the variables
 * that describe this process as a rank.
 */
public final class MpirunEnvironment {
  /** Prefixes of the variables that make a process a rank. With them mpirun would act as one. */
  private static final List<String> RANK =
      List.of(
          "PMI_",
          "PMIX_",
          "OMPI_COMM_WORLD_",
          "OMPI_APP_CTX_",
          "OMPI_FIRST_RANKS",
          "OMPI_UNIVERSE_SIZE",
          "OMPI_MCA_ess",
          "OMPI_MCA_orte_",
          "OMPI_MCA_pmix",
          "OMPI_MCA_initial_wdir",
          "MPI_LOCAL",
          "HYDI_");

  /**
   * Prefixes of the variables that tell mpirun the nodes of a job: those of Slurm, PBS, LSF and
   * Grid Engine.
   */
  private static final List<String> JOB =
      List.of("SLURM_", "PBS_", "LSB_", "PE_HOSTFILE", "SGE_", "COBALT_");

  private static final String USERS_OWN = "PMIX_MCA_";

  private MpirunEnvironment() {}

  /**
   * Removes the variables that describe this process and not the ranks to be started.
   *
   * @param environment variables of the new process; modified
   * @param local whether all ranks run on this host, even if this process is in a job with other
   *     nodes
   */
  public static void prepare(Map<String, String> environment, boolean local) {
    if (NativeRank.of(environment).isPresent()) {
      environment.keySet().removeIf(name -> begins(name, RANK) && !name.startsWith(USERS_OWN));
    }
    if (local) {
      environment.keySet().removeIf(name -> begins(name, JOB));
    }
  }

  private static boolean begins(String name, List<String> beginnings) {
    return beginnings.stream().anyMatch(name::startsWith);
  }
}
