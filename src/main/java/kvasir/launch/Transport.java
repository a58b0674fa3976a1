package kvasir.launch;

/** Means by which messages travel between ranks. */
public enum Transport {
  /** MPJ Express between processes that Kvasir starts. */
  MPJ,
  /** The system's MPI library, under its own mpirun or srun. */
  NATIVE,
  /** Ranks as threads of one process. */
  INPROCESS
}
