package kvasir.launch;

import java.util.List;
import java.util.Map;
import kvasir.cluster.nativempi.NativeRank;

/**
 * The environment of an {@code mpirun} that Kvasir starts: that of this process without its place.
 */
public final class MpirunEnvironment {
  /**
   * Prefixes of the variables that tell a process that it is a rank; mpirun would take itself for
   * one.
   */
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
   * Prefixes of the variables that tell mpirun of the nodes of a job: Slurm's, PBS's, LSF's and
   * Grid Engine's.
   */
  private static final List<String> JOB =
      List.of("SLURM_", "PBS_", "LSB_", "PE_HOSTFILE", "SGE_", "COBALT_");

  private static final String USERS_OWN = "PMIX_MCA_";

  private MpirunEnvironment() {}

  /**
   * Removes what is about this process and not about the ranks to come.
   *
   * @param local whether all ranks run on this host, whatever nodes a job around it has
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
