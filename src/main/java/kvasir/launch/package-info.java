/**
 * Start and supervision of ranks. A launcher starts one process for each rank: through {@code
 * mpirun}, or itself on this host, through ssh or through {@code srun}. It sends the orders to the
 * ranks over an authenticated side channel (package {@code heartbeat}), passes on the output of
 * rank 0, and ends all ranks when one is lost.
 *
 * <pre>
 *   HostFile, SlurmHosts   hosts, and the number of ranks on each
 *   RankLauncher           starts ranks over MPJ Express: on this host, by ssh (RemoteShell), by srun (SlurmStep)
 *   MpirunLauncher         starts ranks over the system's MPI, by mpirun
 *   RankStreams            output of the ranks; ResumedOutput drops the part that an earlier world has written
 *   World                  ranks that do one order after the other and wait between them
 *   WorldSpec, WorldEnd    input (package heartbeat) and result of a launch
 * </pre>
 */
package kvasir.launch;
