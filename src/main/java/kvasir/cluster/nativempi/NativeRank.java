package kvasir.cluster.nativempi;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import kvasir.error.UserError;

/**
 * What a native launcher said of this process in its environment: {@code mpirun} of Open MPI,
 * {@code mpiexec} of MPICH and its relatives, {@code srun} with or without PMIx or PMI-2.
 *
 * @param size how many ranks it says there are; 0 where it does not say
 * @param source whose variables said so
 */
public record NativeRank(int rank, int size, Source source) {
  /** The variables of one launcher: a rank, and how many there are. */
  public enum Source {
    OPEN_MPI("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    /** PMIx has no variable for the size; Slurm, which uses it, has one of its own. */
    PMIX("PMIX_RANK", "SLURM_STEP_NUM_TASKS"),
    PMI("PMI_RANK", "PMI_SIZE"),
    /** Ranks of this host only. */
    OPEN_MPI_HOST("OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE"),
    /** Ranks of this host only. */
    MPICH_HOST("MPI_LOCALRANKID", "MPI_LOCALNRANKS"),
    /** A step whose {@code srun} tells an MPI library nothing. */
    SLURM("SLURM_PROCID", "SLURM_STEP_NUM_TASKS");

    private final String rank;
    private final String size;

    Source(String rank, String size) {
      this.rank = rank;
      this.size = size;
    }

    private Optional<NativeRank> in(Map<String, String> environment) {
      String said = environment.getOrDefault(rank, "");
      String count = environment.getOrDefault(size, "");
      return said.matches(NUMBER)
          ? Optional.of(
              new NativeRank(
                  Integer.parseInt(said),
                  count.matches(NUMBER) ? Integer.parseInt(count) : 0,
                  this))
          : Optional.empty();
    }
  }

  private static final String NUMBER = "\\d{1,7}";

  /**
   * The rank that an environment names, if any. A launcher's variables stand in every shell that it
   * has started, and in what that starts: a world of several counts before one of one.
   */
  public static Optional<NativeRank> of(Map<String, String> environment) {
    List<NativeRank> ofWorld =
        Stream.of(Source.OPEN_MPI, Source.PMIX, Source.PMI)
            // Open MPI's mpirun speaks PMIx too; the step around it is then mpirun's own.
            .filter(source -> source != Source.PMIX || Source.OPEN_MPI.in(environment).isEmpty())
            .flatMap(source -> source.in(environment).stream())
            .toList();
    return ofWorld.stream()
        .filter(told -> !told.alone())
        .findFirst()
        .or(() -> ofWorld.stream().findFirst())
        .or(() -> Source.OPEN_MPI_HOST.in(environment))
        .or(() -> Source.MPICH_HOST.in(environment))
        // The shell of a batch job has SLURM_PROCID and is no rank; only a step has a size.
        .or(() -> Source.SLURM.in(environment).filter(told -> told.size() > 0));
  }

  /** Whether this is the only process: it needs no MPI, and may start ranks of its own. */
  public boolean alone() {
    return size == 1 || (size == 0 && rank == 0);
  }

  /** Whether Open MPI's library belongs to the launcher. */
  boolean openMpi() {
    return source == Source.OPEN_MPI || source == Source.PMIX || source == Source.OPEN_MPI_HOST;
  }

  /** Whether the launcher has told an MPI library as much as this process. */
  boolean reachesTheLibrary() {
    return source != Source.SLURM;
  }

  /** Whether what the MPI library says can be the world that the launcher has started. */
  boolean agrees(int libraryRank, int librarySize) {
    boolean ofHost = source == Source.OPEN_MPI_HOST || source == Source.MPICH_HOST;
    return (ofHost || libraryRank == rank) && (librarySize > 1 || size == 1);
  }

  /** The error of a process that would run alone as each of its neighbours. */
  UserError disagreement(int libraryRank, int librarySize) {
    boolean slurm = source == Source.SLURM || (source == Source.PMIX && size > 0);
    return new UserError(
        "MPI",
        "the launcher says rank "
            + rank
            + (size > 0 ? " of " + size : "")
            + ", the MPI library says rank "
            + libraryRank
            + " of "
            + librarySize,
        slurm
            ? "start it by srun --mpi=pmix (srun --mpi=list shows what there is), or from one"
                + " process by --hosts slurm"
            : "start it by that library's own mpirun, or name the launcher's library by "
                + MpiLibrary.VARIABLE);
  }
}
