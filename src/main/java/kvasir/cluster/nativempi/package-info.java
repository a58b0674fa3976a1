/**
 * Transport between ranks that are processes, over the system's own MPI library: Open MPI, MPICH,
 * or one that shares MPICH's binary interface. This way a cluster's fast network is used as its
 * site has set it up. The library is called through java.lang.foreign; nothing is compiled and JNI
 * is not used.
 *
 * <pre>
 *   mpirun -np P / srun --mpi=pmix   ->  java kvasir ...   one process per rank
 *   NativeRank          this process's rank, by the launcher's variables
 *   MpiLibrary        libmpi.so and the few functions that are used
 *   NativeCommunicator  Isend, Irecv, Testall with a limit; Iprobe where a receive takes long
 * </pre>
 */
package kvasir.cluster.nativempi;
