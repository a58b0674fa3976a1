package kvasir.cluster.nativempi;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import kvasir.error.UserError;

/**
 * Rank of this process by the environment variables of a native launcher: {@code mpirun} of Open
 * MPI, {@code mpiexec} of MPICH and its relatives, {@code srun} with or without PMIx or PMI-2.
 *
 * @param size number of ranks, or 0 where the launcher does not tell it
 * @param source launcher whose variables were found
 */
public record NativeRank(int rank, int size, Source source) {
  /** The environment variables of one launcher, for the rank and the number of ranks. */
  public enum Source {
    OPEN_MPI("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    /** PMIx, which has no variable for the size; Slurm, which uses PMIx, has its own. */
    PMIX("PMIX_RANK", "SLURM_STEP_NUM_TASKS"),
    PMI("PMI_RANK", "PMI_SIZE"),
    /** Open MPI, where only the ranks of this host are numbered. */
    OPEN_MPI_HOST("OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE"),
    /** MPICH and its relatives, where only the ranks of this host are numbered. */
    MPICH_HOST("MPI_LOCALRANKID", "MPI_LOCALNRANKS"),
    /** Slurm, whose {@code srun} was started without support for MPI. */
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
   * Returns the rank that an environment names, if any. A launcher's variables are inherited by
   * every process that it starts and by their children, so a world of several ranks is preferred to
   * a world of one.
   */
  public static Optional<NativeRank> of(Map<String, String> environment) {
    List<NativeRank> ofWorld =
        Stream.of(Source.OPEN_MPI, Source.PMIX, Source.PMI)
            // Open MPI's mpirun sets PMIx's variables too; a Slurm step around it is then mpirun's
            // own.
            .filter(source -> source != Source.PMIX || Source.OPEN_MPI.in(environment).isEmpty())
            .flatMap(source -> source.in(environment).stream())
            .toList();
    return ofWorld.stream()
        .filter(told -> !told.alone())
        .findFirst()
        .or(() -> ofWorld.stream().findFirst())
        .or(() -> Source.OPEN_MPI_HOST.in(environment))
        .or(() -> Source.MPICH_HOST.in(environment))
        // The shell of a batch job has SLURM_PROCID but is not a rank; only a step has a size.
        .or(() -> Source.SLURM.in(environment).filter(told -> told.size() > 0));
  }

  /** Returns whether this is the only process: it needs no MPI, and may start ranks itself. */
  public boolean alone() {
    return size == 1 || (size == 0 && rank == 0);
  }

  /** Returns whether the launcher belongs to Open MPI. */
  boolean openMpi() {
    return source == Source.OPEN_MPI || source == Source.PMIX || source == Source.OPEN_MPI_HOST;
  }

  /** Returns whether an MPI library in this process can learn its rank from the launcher. */
  boolean reachesTheLibrary() {
    return source != Source.SLURM;
  }

  /**
   * Returns whether the MPI library's rank and size fit the world that the launcher has started.
   */
  boolean agrees(int libraryRank, int librarySize) {
    boolean ofHost = source == Source.OPEN_MPI_HOST || source == Source.MPICH_HOST;
    return (ofHost || libraryRank == rank) && (librarySize > 1 || size == 1);
  }

  /**
   * Returns the error for a library that does not see the launcher's world, so that each process
   * would run alone.
   */
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
