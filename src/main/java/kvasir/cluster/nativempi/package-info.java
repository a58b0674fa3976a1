/**
 * Ranks as processes over the system's own MPI library, so that a cluster's fast network is used as
 * its site has set it up: Open MPI, MPICH and what shares MPICH's binary interface. Called through
 * java.lang.foreign; nothing is compiled and no JNI is involved.
 *
 * <pre>
 *   mpirun -np P / srun --mpi=pmix   ->  java kvasir ...   one process per rank
 *   NativeRank        which rank the launcher says this is
 *   MpiLibrary        libmpi.so and the few functions that are used
 *   NativeCommunicator  Isend, Irecv, Testall with a limit; Iprobe where one takes long
 * </pre>
 */
package kvasir.cluster.nativempi;
