/**
 * Ranks as processes over MPJ Express 0.44, device niodev. The only home of {@code mpi.*}.
 *
 * <p>MPJ's own launcher is a daemon that runs what any peer sends it, hangs when a rank dies and
 * hides exit codes. {@link kvasir.launch.RankLauncher} starts the processes itself, and {@link
 * kvasir.launch.Introduction} plays the part of the launcher in niodev's start:
 *
 * <pre>
 *   niodev of rank r -> its process   "Sending Info", write port, read port, r
 *   all processes   &lt;-&gt; launcher      addresses, over the ranks' heartbeat connections
 *   process of r     -> its niodev    "#Peer Information;address@read@write@0@0;address@read@write@1@0;..."
 *   rank r          &lt;-&gt; rank q        niodev's own connections
 * </pre>
 *
 * <p>Under MPJ's {@code mpjrun} the same ranks run without these two. niodev's data sockets would
 * bind to all interfaces, on random ports from 25000 on, and MPJ offers no setting for that: {@link
 * kvasir.cluster.mpj.NiodevAddress} has them bind to one.
 */
package kvasir.cluster.mpj;
