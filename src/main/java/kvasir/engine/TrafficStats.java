package kvasir.engine;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import kvasir.cluster.Collectives;
import kvasir.cluster.Traffic;

/**
 * The messages of one rank in a generation, and its exposed communication time.
 *
 * @param messages number of messages sent per decoded token
 * @param bytes number of bytes sent per decoded token
 * @param exposedMillis time in exchanges per decoded token, for transfer and for waiting for slower
 *     ranks
 * @param prefillBytes number of bytes sent for the whole prompt
 * @param prefillExposedSeconds time in exchanges for the whole prompt
 */
public record TrafficStats(
    int rank,
    @JsonProperty("messages_per_token") double messages,
    @JsonProperty("bytes_per_token") double bytes,
    @JsonProperty("exposed_ms_per_token") double exposedMillis,
    @JsonProperty("prefill_bytes") long prefillBytes,
    @JsonProperty("prefill_exposed_seconds") double prefillExposedSeconds) {
  private static final int FIELDS = 5;

  /**
   * Gathers the messages of all ranks. All ranks call it; rank 0 gets the list in the order of
   * ranks, the others an empty one.
   */
  public static List<TrafficStats> gather(Engine engine, Generation generation) {
    Traffic prefill = generation.prefillTraffic();
    Traffic decode = generation.decodeTraffic();
    long[] own = {
      decode.messages(), decode.bytes(), decode.nanos(), prefill.bytes(), prefill.nanos()
    };
    long[] all = Collectives.gather(engine.world(), own);
    double tokens = Math.max(1, generation.tokens().size() - 1);
    List<TrafficStats> stats = new ArrayList<>();
    for (int at = 0; at < all.length; at += FIELDS) {
      stats.add(
          new TrafficStats(
              at / FIELDS,
              all[at] / tokens,
              all[at + 1] / tokens,
              all[at + 2] / 1e6 / tokens,
              all[at + 3],
              all[at + 4] / 1e9));
    }
    return stats;
  }

  /** Returns a table with a line for each rank. */
  public static String table(List<TrafficStats> ranks) {
    StringBuilder table =
        new StringBuilder(
            """
            communication: per decoded token, and of the whole prefill
             rank  messages     bytes  exposed ms   prefill MiB  exposed s
            """);
    for (TrafficStats rank : ranks) {
      table.append(
          String.format(
              Locale.ROOT,
              " %4d %9.1f %9.0f %11.3f %13.2f %10.3f%n",
              rank.rank(),
              rank.messages(),
              rank.bytes(),
              rank.exposedMillis(),
              rank.prefillBytes() / 1048576.0,
              rank.prefillExposedSeconds()));
    }
    return table.toString().stripTrailing();
  }
}
