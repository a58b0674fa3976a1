/**
 * Becoming, starting and watching ranks. A launcher starts one process for each rank, by {@code
 * mpirun}, or itself: here, through ssh or through {@code srun}. It tells each what to do over an
 * authenticated line (package {@code heartbeat}), passes on what rank 0 prints, and ends all ranks
 * when one is lost.
 *
 * <pre>
 *   HostFile, SlurmHosts   hosts, and how many ranks each takes
 *   RankLauncher           processes of MPJ Express's world: here, by ssh (RemoteShell), by srun (SlurmStep)
 *   MpirunLauncher         processes of the system's MPI, by mpirun
 *   RankStreams            what ranks print; ResumedOutput leaves out what an earlier world has printed
 *   World                  ranks that stay: one order after the other, idle between them
 *   WorldSpec, WorldEnd    what is started, and how it ended
 * </pre>
 */
package kvasir.launch;
