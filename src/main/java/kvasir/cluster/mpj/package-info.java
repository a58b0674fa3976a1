/**
 * Transport between ranks that are processes, over MPJ Express 0.44 and its device niodev. The only
 * package that uses {@code mpi.*}.
 *
 * <p>MPJ's own launcher is a daemon that runs any code that a peer sends, hangs when a rank dies
 * and hides exit codes. {@link kvasir.launch.RankLauncher} therefore starts the processes itself,
 * and {@link kvasir.launch.Introduction} takes the launcher's part in niodev's start:
 *
 * <pre>
 *   niodev of rank r -> its process   "Sending Info", write port, read port, r
 *   all processes   &lt;-&gt; launcher      addresses, over the ranks' heartbeat connections
 *   process of r     -> its niodev    "#Peer Information;address@read@write@0@0;address@read@write@1@0;..."
 *   rank r          &lt;-&gt; rank q        niodev's own connections
 * </pre>
 *
 * <p>Under MPJ's {@code mpjrun} the same ranks run without these two. niodev's data sockets would
 * bind to all interfaces, on random ports from 25000 on, and MPJ has no setting for that; {@link
 * kvasir.cluster.mpj.NiodevAddress} makes them bind to one.
 */
package kvasir.cluster.mpj;
