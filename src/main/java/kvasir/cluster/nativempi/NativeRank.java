package kvasir.cluster.nativempi;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a native launcher said of this process in its environment: {@code mpirun} of Open MPI,
 * {@code mpiexec} of MPICH and its relatives, {@code srun} with PMIx or PMI-2.
 *
 * @param openMpi whether Open MPI's library belongs to it
 */
public record NativeRank(int rank, boolean openMpi) {
  private static final String OPEN_MPI = "OMPI_COMM_WORLD_RANK";
  private static final List<String> VARIABLES = List.of(OPEN_MPI, "PMIX_RANK", "PMI_RANK");

  /** The rank that an environment names, if any. */
  public static Optional<NativeRank> of(Map<String, String> environment) {
    return VARIABLES.stream()
        .filter(name -> environment.getOrDefault(name, "").matches("\\d{1,7}"))
        .findFirst()
        .map(
            name ->
                new NativeRank(Integer.parseInt(environment.get(name)), !name.equals("PMI_RANK")));
  }
}
