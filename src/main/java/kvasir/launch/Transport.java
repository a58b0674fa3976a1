package kvasir.launch;

/** Method by which messages travel between ranks. */
public enum Transport {
  /** MPJ Express between processes that Kvasir starts. */
  MPJ,
  /** The system's MPI library, whose mpirun or srun starts the processes. */
  NATIVE,
  /** Memory: the ranks are threads of one process. */
  INPROCESS
}
